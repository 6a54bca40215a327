from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0014_fees_use_up"),
    ]

    operations = [
        migrations.AlterField(
            model_name="alert",
            name="kind",
            field=models.CharField(
                choices=[
                    ("handed_over", "No answer for a day"),
                    ("refund_reversed", "Refund came back"),
                    ("half_ended", "Cancelled half-way"),
                    ("difference", "Differs from the gateway"),
                ],
                max_length=16,
            ),
        ),
    ]
