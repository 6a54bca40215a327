"""Sign-in and everything about oneself."""

from django.urls import path

from accounts.views import account, sign_in

app_name = "accounts"

urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/sent/", sign_in.sent, name="sign_in_sent"),
    path("sign-in/language/", account.language, name="language"),
    path("sign-in/<str:token>/", sign_in.link, name="sign_in_link"),
    path("sign-out/", account.sign_out, name="sign_out"),
    path("account/", account.preferences, name="preferences"),
    path("account/merchant/", account.merchant, name="merchant"),
    path("account/sign-out-everywhere/", account.sign_out_everywhere, name="sign_out_everywhere"),
]
