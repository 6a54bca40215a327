from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("developers", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="requestlog",
            name="action",
            field=models.CharField(
                choices=[
                    ("begin", "Begin payment"),
                    ("fetch", "Ask about payment"),
                    ("close", "Close payment session"),
                    ("capture", "Capture"),
                    ("refund", "Refund"),
                    ("void", "Release authorization"),
                    ("release", "Release remaining"),
                    ("extend", "Extend authorization"),
                    ("update", "Change authorization"),
                    ("lookup", "Ask what became of it"),
                    ("check", "Check account"),
                    ("webhook", "Webhook"),
                ],
                max_length=8,
            ),
        ),
    ]
