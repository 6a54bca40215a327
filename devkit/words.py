"""What `./dev help` says (imports nothing: it works before anything is installed)."""

HELP = """\
Counterfoil: ./dev <command>

  run                the portal with its services, on http://localhost:8000 (or PORT)
  test [tier] [...]  all tests, fast ones first; a tier is check, unit, faults or browser;
                     what follows goes to pytest
  check              format, lint, types, layers, templates, migrations, deployment settings
  demo               empty the database of `run` and fill it with demo data again
  audit [...]        recompute every order of `run` and compare: 0 differences is right
  fuzz [...]         random money, longer than `test`: --steps N, --seed S
  bench [...]        measure the portal: --orders N, --json
  screenshots        remake docs/screenshots from the real screens
  help               this text

DATABASE_URL and REDIS_URL name services of your own for `run` and `audit`; else PostgreSQL and Redis
of this machine are started in .data, or the ones that came with the packages. `test`, `fuzz`,
`bench` and `screenshots` never touch yours: they start their own and throw them away. DEV_DATA
names another folder than .data, DEMO_ORDERS how many orders a new demo has. CHROMIUM names a
browser."""

if __name__ == "__main__":
    print(HELP)
