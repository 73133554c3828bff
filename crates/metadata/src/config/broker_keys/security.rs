//! Configs of a broker: who connects, and how.

use super::super::key::ConfigKey;
use super::super::key::Unit::{Bytes, Milliseconds, Seconds};
use super::super::key::Valid::{AtLeast, Between, Words};
use super::super::key::ValueType::{Boolean, Class, Double, Int, List, Long, Password, Short, String};
use super::{ignored, waits};

const JAVA: &str = "Tidelog loads no Java classes";
const SECURITY: &str = "TLS and authentication";
const TOKENS: &str = "delegation tokens";

/// By name.
pub(super) const KEYS: &[ConfigKey] = &[
    waits(
        "authorizer.class.name",
        String,
        "",
        SECURITY,
        "What decides who may do what; none lets everybody do everything.",
    ),
    waits(
        "connection.failed.authentication.delay.ms",
        Int,
        "100",
        SECURITY,
        "How long a connection stays open after it failed to authenticate, to slow down guesses.",
    )
    .valid(AtLeast(0))
    .unit(Milliseconds),
    waits(
        "connections.max.reauth.ms",
        Long,
        "0",
        SECURITY,
        "How long a connection may live before it must authenticate again; 0 asks for it never.",
    )
    .unit(Milliseconds),
    waits(
        "delegation.token.expiry.check.interval.ms",
        Long,
        "3600000",
        TOKENS,
        "How often expired delegation tokens are looked for.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds),
    waits(
        "delegation.token.expiry.time.ms",
        Long,
        "86400000",
        TOKENS,
        "How long a delegation token is good without being renewed.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds),
    waits(
        "delegation.token.max.lifetime.ms",
        Long,
        "604800000",
        TOKENS,
        "How long a delegation token can be renewed.",
    )
    .valid(AtLeast(1))
    .unit(Milliseconds),
    waits("delegation.token.secret.key", Password, "", TOKENS, "The key that signs delegation tokens.")
        .without_default(),
    waits(
        "listener.security.protocol.map",
        String,
        "SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT",
        SECURITY,
        "Which security protocol each listener speaks.",
    )
    .live_for_one(),
    ignored(
        "principal.builder.class",
        Class,
        "org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder",
        JAVA,
        "A class that says who a connection is.",
    )
    .live_for_one(),
    ignored("sasl.client.callback.handler.class", Class, "", JAVA, "A class that answers SASL for a client.")
        .without_default(),
    waits("sasl.enabled.mechanisms", List, "GSSAPI", SECURITY, "Which SASL mechanisms listeners offer.")
        .live_for_one(),
    waits(
        "sasl.jaas.config",
        Password,
        "",
        SECURITY,
        "Users and passwords of a listener, as JAAS writes them.",
    )
    .without_default()
    .live_for_one(),
    waits(
        "sasl.kerberos.kinit.cmd",
        String,
        "/usr/bin/kinit",
        SECURITY,
        "The program that fetches Kerberos tickets.",
    )
    .live_for_one(),
    waits(
        "sasl.kerberos.min.time.before.relogin",
        Long,
        "60000",
        SECURITY,
        "How long a Kerberos login waits before the next one.",
    )
    .live_for_one(),
    waits(
        "sasl.kerberos.principal.to.local.rules",
        List,
        "DEFAULT",
        SECURITY,
        "How names of Kerberos principals become short ones.",
    )
    .live_for_one(),
    waits("sasl.kerberos.service.name", String, "", SECURITY, "The Kerberos principal that brokers run as.")
        .without_default()
        .live_for_one(),
    waits(
        "sasl.kerberos.ticket.renew.jitter",
        Double,
        "0.05",
        SECURITY,
        "How much the time of a renewal varies at random.",
    )
    .live_for_one(),
    waits(
        "sasl.kerberos.ticket.renew.window.factor",
        Double,
        "0.8",
        SECURITY,
        "After which share of its life a Kerberos ticket is renewed.",
    )
    .live_for_one(),
    ignored("sasl.login.callback.handler.class", Class, "", JAVA, "A class that answers SASL at a login.")
        .without_default(),
    ignored("sasl.login.class", Class, "", JAVA, "A class that logs in.").without_default(),
    waits(
        "sasl.login.connect.timeout.ms",
        Int,
        "",
        SECURITY,
        "How long a connection to who gives out tokens may take.",
    )
    .without_default()
    .unit(Milliseconds),
    waits("sasl.login.read.timeout.ms", Int, "", SECURITY, "How long who gives out tokens may be silent.")
        .without_default()
        .unit(Milliseconds),
    waits(
        "sasl.login.refresh.buffer.seconds",
        Short,
        "300",
        SECURITY,
        "How long before its end a token is fetched anew at the latest.",
    )
    .unit(Seconds)
    .live_for_one(),
    waits(
        "sasl.login.refresh.min.period.seconds",
        Short,
        "60",
        SECURITY,
        "How long a token is kept at least.",
    )
    .unit(Seconds)
    .live_for_one(),
    waits(
        "sasl.login.refresh.window.factor",
        Double,
        "0.8",
        SECURITY,
        "After which share of its life a token is fetched anew.",
    )
    .live_for_one(),
    waits(
        "sasl.login.refresh.window.jitter",
        Double,
        "0.05",
        SECURITY,
        "How much that time varies at random.",
    )
    .live_for_one(),
    waits(
        "sasl.login.retry.backoff.max.ms",
        Long,
        "10000",
        SECURITY,
        "The longest pause between two tries to log in.",
    )
    .unit(Milliseconds),
    waits(
        "sasl.login.retry.backoff.ms",
        Long,
        "100",
        SECURITY,
        "The first pause between two tries to log in.",
    )
    .unit(Milliseconds),
    waits(
        "sasl.mechanism.controller.protocol",
        String,
        "GSSAPI",
        SECURITY,
        "Which SASL mechanism nodes use to reach controllers.",
    ),
    waits(
        "sasl.mechanism.inter.broker.protocol",
        String,
        "GSSAPI",
        SECURITY,
        "Which SASL mechanism brokers use between each other.",
    )
    .live_for_one(),
    waits(
        "sasl.oauthbearer.allow.unverified.audience",
        Boolean,
        "false",
        SECURITY,
        "Whether tokens for nobody in particular are taken.",
    ),
    waits(
        "sasl.oauthbearer.allow.unverified.issuer",
        Boolean,
        "false",
        SECURITY,
        "Whether tokens of any issuer are taken.",
    ),
    waits(
        "sasl.oauthbearer.assertion.algorithm",
        String,
        "RS256",
        SECURITY,
        "How a client assertion is signed.",
    ),
    waits("sasl.oauthbearer.assertion.claim.aud", String, "", SECURITY, "Whom a client assertion is for.")
        .without_default(),
    waits(
        "sasl.oauthbearer.assertion.claim.exp.seconds",
        Int,
        "300",
        SECURITY,
        "How long a client assertion is good.",
    )
    .valid(Between(0, 86_400))
    .unit(Seconds),
    waits("sasl.oauthbearer.assertion.claim.iss", String, "", SECURITY, "Who issues a client assertion.")
        .without_default(),
    waits(
        "sasl.oauthbearer.assertion.claim.jti.include",
        Boolean,
        "false",
        SECURITY,
        "Whether a client assertion has an id of its own.",
    ),
    waits(
        "sasl.oauthbearer.assertion.claim.nbf.seconds",
        Int,
        "60",
        SECURITY,
        "How long before it was made a client assertion is good already.",
    )
    .valid(Between(0, 3600))
    .unit(Seconds),
    waits("sasl.oauthbearer.assertion.claim.sub", String, "", SECURITY, "Whom a client assertion is about.")
        .without_default(),
    waits("sasl.oauthbearer.assertion.file", String, "", SECURITY, "A file that holds a client assertion.")
        .without_default(),
    waits(
        "sasl.oauthbearer.assertion.private.key.file",
        String,
        "",
        SECURITY,
        "A file that holds the key which signs client assertions.",
    )
    .without_default(),
    waits(
        "sasl.oauthbearer.assertion.private.key.passphrase",
        Password,
        "",
        SECURITY,
        "What opens that file.",
    )
    .without_default(),
    waits(
        "sasl.oauthbearer.assertion.template.file",
        String,
        "",
        SECURITY,
        "A file that holds more claims of client assertions.",
    )
    .without_default(),
    waits(
        "sasl.oauthbearer.client.credentials.client.id",
        String,
        "",
        SECURITY,
        "The id with which tokens are fetched.",
    )
    .without_default(),
    waits(
        "sasl.oauthbearer.client.credentials.client.secret",
        Password,
        "",
        SECURITY,
        "The secret with which tokens are fetched.",
    )
    .without_default(),
    waits(
        "sasl.oauthbearer.clock.skew.seconds",
        Int,
        "30",
        SECURITY,
        "How far the clocks of brokers and issuers may be apart.",
    )
    .unit(Seconds),
    waits("sasl.oauthbearer.expected.audience", List, "", SECURITY, "Whom tokens must be for."),
    waits("sasl.oauthbearer.expected.issuer", String, "", SECURITY, "Who must have issued a token.")
        .without_default(),
    waits(
        "sasl.oauthbearer.jwks.endpoint.refresh.ms",
        Long,
        "3600000",
        SECURITY,
        "How often the issuer's keys are fetched.",
    )
    .unit(Milliseconds),
    waits(
        "sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms",
        Long,
        "10000",
        SECURITY,
        "The longest pause between two tries to fetch the issuer's keys.",
    )
    .unit(Milliseconds),
    waits(
        "sasl.oauthbearer.jwks.endpoint.retry.backoff.ms",
        Long,
        "100",
        SECURITY,
        "The first pause between two tries to fetch the issuer's keys.",
    )
    .unit(Milliseconds),
    waits("sasl.oauthbearer.jwks.endpoint.url", String, "", SECURITY, "Where the issuer's keys are.")
        .without_default(),
    ignored(
        "sasl.oauthbearer.jwt.retriever.class",
        Class,
        "org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever",
        JAVA,
        "A class that fetches tokens.",
    ),
    ignored(
        "sasl.oauthbearer.jwt.validator.class",
        Class,
        "org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator",
        JAVA,
        "A class that checks tokens.",
    ),
    waits("sasl.oauthbearer.scope", String, "", SECURITY, "The scope that tokens are fetched for.")
        .without_default(),
    waits(
        "sasl.oauthbearer.scope.claim.name",
        String,
        "scope",
        SECURITY,
        "The claim of a token that holds its scope.",
    ),
    waits(
        "sasl.oauthbearer.sub.claim.name",
        String,
        "sub",
        SECURITY,
        "The claim of a token that says who its bearer is.",
    ),
    waits("sasl.oauthbearer.token.endpoint.url", String, "", SECURITY, "Where tokens are fetched.")
        .without_default(),
    ignored(
        "sasl.server.callback.handler.class",
        Class,
        "",
        JAVA,
        "A class that answers SASL for the broker.",
    )
    .without_default(),
    waits(
        "sasl.server.max.receive.size",
        Int,
        "524288",
        SECURITY,
        "The largest SASL request that is read before authentication.",
    )
    .unit(Bytes),
    waits(
        "security.inter.broker.protocol",
        String,
        "PLAINTEXT",
        SECURITY,
        "Which security protocol brokers use between each other.",
    )
    .valid(Words(&["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"])),
    ignored("security.providers", String, "", JAVA, "Classes that provide security algorithms.")
        .without_default(),
    waits(
        "ssl.allow.dn.changes",
        Boolean,
        "false",
        SECURITY,
        "Whether a new key store may bear another distinguished name.",
    ),
    waits(
        "ssl.allow.san.changes",
        Boolean,
        "false",
        SECURITY,
        "Whether a new key store may bear fewer host names.",
    ),
    waits(
        "ssl.cipher.suites",
        List,
        "",
        SECURITY,
        "Which cipher suites TLS may use; none: the library's choice.",
    )
    .live_for_one(),
    waits("ssl.client.auth", String, "none", SECURITY, "Whether clients must show a certificate.")
        .valid(Words(&["required", "requested", "none"]))
        .live_for_one(),
    waits("ssl.enabled.protocols", List, "TLSv1.2,TLSv1.3", SECURITY, "Which versions of TLS are allowed.")
        .live_for_one(),
    waits(
        "ssl.endpoint.identification.algorithm",
        String,
        "https",
        SECURITY,
        "How a server's name is checked against its certificate.",
    )
    .live_for_one(),
    ignored("ssl.engine.factory.class", Class, "", JAVA, "A class that makes TLS engines.")
        .without_default()
        .live_for_one(),
    waits("ssl.key.password", Password, "", SECURITY, "What opens the private key.")
        .without_default()
        .live_for_one(),
    ignored("ssl.keymanager.algorithm", String, "SunX509", JAVA, "The algorithm of Java's key manager.")
        .live_for_one(),
    waits("ssl.keystore.certificate.chain", Password, "", SECURITY, "The certificates, as PEM.")
        .without_default()
        .live_for_one(),
    waits("ssl.keystore.key", Password, "", SECURITY, "The private key, as PEM.")
        .without_default()
        .live_for_one(),
    waits("ssl.keystore.location", String, "", SECURITY, "The file with key and certificates.")
        .without_default()
        .live_for_one(),
    waits("ssl.keystore.password", Password, "", SECURITY, "What opens that file.")
        .without_default()
        .live_for_one(),
    waits("ssl.keystore.type", String, "JKS", SECURITY, "The format of that file.").live_for_one(),
    waits(
        "ssl.principal.mapping.rules",
        String,
        "DEFAULT",
        SECURITY,
        "How distinguished names of clients become short ones.",
    ),
    waits("ssl.protocol", String, "TLSv1.3", SECURITY, "The version of TLS that is used first.")
        .live_for_one(),
    ignored("ssl.provider", String, "", JAVA, "Java's security provider for TLS.")
        .without_default()
        .live_for_one(),
    ignored("ssl.secure.random.implementation", String, "", JAVA, "Java's source of random numbers for TLS.")
        .without_default()
        .live_for_one(),
    ignored("ssl.trustmanager.algorithm", String, "PKIX", JAVA, "The algorithm of Java's trust manager.")
        .live_for_one(),
    waits(
        "ssl.truststore.certificates",
        Password,
        "",
        SECURITY,
        "The certificates of those who are trusted, as PEM.",
    )
    .without_default()
    .live_for_one(),
    waits(
        "ssl.truststore.location",
        String,
        "",
        SECURITY,
        "The file with the certificates of those who are trusted.",
    )
    .without_default()
    .live_for_one(),
    waits("ssl.truststore.password", Password, "", SECURITY, "What opens that file.")
        .without_default()
        .live_for_one(),
    waits("ssl.truststore.type", String, "JKS", SECURITY, "The format of that file.").live_for_one(),
];
