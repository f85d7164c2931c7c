"""Fields: what each kind of import wants to know, and the names that files usually give it."""

from typing import NamedTuple


class Field(NamedTuple):
    """A field, what it is in words, and its usual column names in lower case without blanks or accents."""

    name: str
    what: str
    usual: str
    required: bool = False


_CUSTOMER = (
    "customer client clientid custid custno customerno customernumber customercode userid user buyerid buyer "
    "memberid accountid contactid shopperid idcliente clienteid cliente codigocliente codcliente "
    "numerocliente nrocliente idusuario usuario"
)
_TIME = "date datetime ts time timestamp createdat created creationdate fecha fechahora"

ORDERS = (
    Field("customer_id", "who ordered", _CUSTOMER, required=True),
    Field(
        "placed_at",
        "when it was ordered",
        f"{_TIME} orderdate ordereddate orderedat ordertime invoicedate purchasedate purchasedat "
        "transactiondate fechapedido fechadepedido fechacompra fechadecompra fechafactura fechaorden "
        "fechacreacion",
        required=True,
    ),
    Field(
        "amount",
        "what it cost",
        "total value ordertotal ordervalue orderamount dollarvalue totalamount totalprice totalvalue "
        "grandtotal revenue sales monto montototal importe importetotal valor valortotal totalpedido",
    ),
    Field("qty", "pieces on the line", "quantity units cantidad cant unidades"),
    Field(
        "unit_price", "price of a piece", "price itemprice precio preciounitario preciounidad valorunitario"
    ),
    Field(
        "order_id",
        "the order's number",
        "order orderno ordernumber ordernum orderref invoice invoiceid invoiceno invoicenumber transaction "
        "transactionid receipt receiptid ticket ticketid pedido idpedido pedidoid numeropedido nropedido "
        "orden idorden ordenid numeroorden nroorden factura idfactura numerofactura nrofactura",
    ),
    Field("currency", "ISO 4217 code", "currencycode curr moneda divisa"),
    Field("kind", "order or credit", "type ordertype transactiontype documenttype tipo tipodocumento"),
    Field("status", "paid, pending or cancelled", "orderstatus financialstatus estado estadopedido"),
    Field(
        "items",
        "how many pieces or lines",
        "lines itemcount itemscount numitems numberofitems linecount articulos lineas",
    ),
    Field(
        "refund_of",
        "the order a credit undoes",
        "refundedorder refundedorderid originalorder originalorderid originalinvoice creditof parentorderid "
        "devolucionde pedidooriginal facturaoriginal",
    ),
)

CUSTOMERS = (
    Field("customer_id", "who it is", f"{_CUSTOMER} id", required=True),
    Field("email", "e-mail address", "emailaddress mail correo correoelectronico customeremail"),
    Field("first_name", "given name", "first givenname forename nombre nombres"),
    Field("last_name", "family name", "last surname familyname apellido apellidos"),
    Field("phone", "telephone", "phonenumber telephone tel mobile telefono celular movil"),
    Field(
        "created_at",
        "when the account was made",
        "created creationdate registeredat registrationdate signupdate signedupat fechaalta fecharegistro "
        "fechacreacion",
    ),
    Field(
        "consent_email",
        "whether they agreed to e-mail",
        "emailconsent emailoptin optinemail acceptsemail acceptsemailmarketing aceptaemail aceptacorreo",
    ),
    Field(
        "consent_sms",
        "whether they agreed to short messages",
        "smsconsent smsoptin optinsms acceptssms acceptssmsmarketing aceptasms",
    ),
    Field(
        "consent_push", "whether they agreed to push messages", "pushconsent pushoptin optinpush acceptspush"
    ),
    Field(
        "consent_whatsapp",
        "whether they agreed to WhatsApp",
        "whatsappconsent whatsappoptin optinwhatsapp acceptswhatsapp aceptawhatsapp",
    ),
    Field(
        "consent_phone",
        "whether they agreed to calls",
        "phoneconsent phoneoptin optinphone acceptsphone acceptscalls aceptallamadas",
    ),
    Field(
        "consent_post",
        "whether they agreed to letters",
        "postconsent postoptin optinpost acceptspost postalconsent acceptspostal",
    ),
    Field("consent_source", "where they said so", "consentfrom optinsource fuenteconsentimiento"),
    Field("consent_at", "when they said so", "consentdate consentedat optinat optindate fechaconsentimiento"),
)

EVENTS = (
    Field("message_id", "the event's own id", "messageid eventid id uuid"),
    Field("customer_id", "who did it", _CUSTOMER),
    Field("event_type", "what was done", "type event eventname name evento tipo tipoevento", required=True),
    Field(
        "occurred_at",
        "when it happened",
        f"{_TIME} eventtime eventdate eventtimestamp",
        required=True,
    ),
    Field("properties", "a JSON object", "props data payload attributes propiedades"),
)

MEMBERS = (
    Field("customer_id", "the customer's number", "customerid"),
    Field("external_id", "the shop's own id of the customer", f"{_CUSTOMER} id"),
    Field("email", "e-mail address", "emailaddress mail correo correoelectronico customeremail"),
)
"""One of them tells who it is."""

RATES = (
    Field("currency", "ISO 4217 code", "currencycode curr code from moneda divisa", required=True),
    Field("date", "the first day it holds", "day validon validfrom ratedate fecha dia", required=True),
    Field(
        "rate",
        "price of one unit",
        "exchangerate value fxrate tasa tipodecambio cambio cotizacion",
        required=True,
    ),
)
