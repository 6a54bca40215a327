// A menu closes when something in it was chosen; a tick in it leaves it open.
document.addEventListener("click", (event) => {
  const item = event.target.closest?.(".menu[popover] :is(a, button):not([aria-disabled=true])");
  const menu = item?.closest(".menu[popover]");
  if (menu?.matches(":popover-open")) menu.hidePopover();
});
