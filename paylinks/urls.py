"""What staff do with payment links; customers' pages have addresses of their own."""

from django.urls import path

from paylinks.views import amend, as_customer, configuration, create, history, letters, links, withdraw

app_name = "paylinks"

urlpatterns = [
    path("", history.history, name="history"),
    path("count/", history.count, name="count"),
    path("pulse/", history.pulse, name="pulse"),
    path("new/", create.create, name="create"),
    path("new/preview/", create.preview, name="preview"),
    path("configuration/", configuration.configuration, name="configuration"),
    path("configuration/terms/", configuration.check_terms, name="check_terms"),
    path("<uuid:link_id>/created/", links.created, name="created"),
    path("<uuid:link_id>/address/", links.address, name="address"),
    path("<uuid:link_id>/resend/", links.resend, name="resend"),
    path("<uuid:link_id>/cancel/", links.cancel, name="cancel"),
    path("<uuid:order_id>/amend/", amend.amend, name="amend"),
    path("<uuid:order_id>/amend/preview/", amend.preview, name="amend_preview"),
    path("<uuid:order_id>/withdraw/", withdraw.withdraw, name="withdraw"),
    path("<uuid:order_id>/as-customer/", as_customer.as_customer, name="as_customer"),
    path("<uuid:order_id>/messages/<uuid:message_id>/", letters.message, name="message"),
    path("<uuid:order_id>/messages/<uuid:message_id>/mail/", letters.message_mail, name="message_mail"),
    path("<uuid:order_id>/earlier/", history.earlier, name="earlier"),
]
