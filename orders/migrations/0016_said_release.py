from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0015_half_ended"),
    ]

    operations = [
        migrations.AlterField(
            model_name="operation",
            name="kind",
            field=models.CharField(
                choices=[
                    ("authorize", "Authorization"),
                    ("capture", "Capture"),
                    ("refund", "Refund"),
                    ("void", "Release"),
                    ("release", "Release"),
                    ("extend", "Extension"),
                    ("adjust", "Changed total"),
                    ("reversal", "Reversed refund"),
                ],
                max_length=9,
            ),
        ),
        migrations.AlterField(
            model_name="unclaimedreturn",
            name="kind",
            field=models.CharField(
                choices=[("void", "Release"), ("refund", "Refund"), ("release", "Release")], max_length=9
            ),
        ),
    ]
