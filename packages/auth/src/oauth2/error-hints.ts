import type { ProfileName } from './profiles.ts'

/** Error response to a token request, with facts about the request. */
export interface Refusal {
  readonly status: number
  readonly error: string | undefined
  readonly description: string | undefined
  /** Name of the OAuth grant in the configuration, such as `token-exchange`. */
  readonly grant: string
  /** Host of the token endpoint. */
  readonly host: string
  /** Path of the token endpoint in its URL. */
  readonly path: string
  /** Method of client authentication that the request used. */
  readonly clientAuth: string
  readonly profile: ProfileName | 'iceberg-legacy' | 'google'
  /** Prefix of the property names in the text of a hint: `rest.auth.oauth2.` */
  readonly prefix: string
}

/**
 * Advice for a refused token request: the change of the configuration that usually helps, and the property to change.
 */
export interface Hint {
  readonly text: string
  readonly property?: string
}

interface HintRule {
  readonly matches: (refusal: Refusal) => boolean
  /** Text of the hint. `{prefix}` is replaced by the prefix of the property names. */
  readonly fix: string
  readonly property?: string
}

const mentions =
  (pattern: RegExp) =>
  ({ error = '', description = '' }: Refusal): boolean =>
    pattern.test(`${error} ${description}`)

const isExchange = ({ grant }: Refusal): boolean => grant === 'token-exchange'

/**
 * Rules for error responses with a known cause. The first rule that matches an error response supplies the hint. The
 * rules come from public reports to Iceberg, Trino, Polaris, Lakekeeper and Dremio's manager, and from the
 * documentation of the products.
 */
const rules: readonly HintRule[] = [
  {
    matches: ({ status, path }) => [404, 405, 501].includes(status) && path.endsWith('/v1/oauth/tokens'),
    fix: 'This catalog does not issue tokens: set oauth2-server-uri to the token endpoint of your identity provider and rest.auth.type=oauth2',
    property: 'oauth2-server-uri',
  },
  {
    matches: ({ status }) => status === 404 || status === 405,
    fix: 'There is no token endpoint at this address: set {prefix}issuer-url, or correct {prefix}token-endpoint',
    property: 'token-endpoint',
  },
  {
    matches: ({ status }) => status >= 300 && status < 400,
    fix: 'Token endpoints do not redirect: check the path of {prefix}token-endpoint, the slash at its end, and that it begins with https',
    property: 'token-endpoint',
  },
  {
    matches: (refusal) =>
      refusal.profile === 'iceberg-legacy' && isExchange(refusal) && refusal.error === 'invalid_client',
    fix: 'The token dialect of Iceberg does not authenticate the client of an exchange: set rest.auth.type=oauth2, or token-exchange-enabled=false',
    property: 'token-exchange-enabled',
  },
  {
    matches: (refusal) => refusal.profile === 'iceberg-legacy' && refusal.error === 'invalid_client',
    fix: 'The token dialect of Iceberg sends the secret in the form. Identity providers that require HTTP Basic, such as Cognito, need rest.auth.type=oauth2',
    property: 'credential',
  },
  {
    matches: (refusal) => isExchange(refusal) && mentions(/unsupported_grant_type|AADSTS7000[23]/)(refusal),
    fix: 'This issuer does not exchange tokens: for Entra set {prefix}profile=entra and {prefix}grant-type=jwt-bearer; for the token dialect of Iceberg set token-exchange-enabled=false',
    property: 'grant-type',
  },
  {
    matches: mentions(/AADSTS7000215|AADSTS7000222/),
    fix: 'Set the value of a secret that has not expired, not the id that Entra shows for the secret',
    property: 'client-secret',
  },
  {
    matches: mentions(/AADSTS65001/),
    fix: 'The application has no consent to use the other application: let an administrator grant the permission in Entra',
  },
  {
    matches: mentions(/AADSTS(50013|500131)/),
    fix: 'The token of the user is for another application: its audience must be the client id',
    property: 'jwt-bearer.assertion',
  },
  {
    matches: mentions(/AADSTS7000114|AADSTS50027.*app/i),
    fix: 'Entra acts on behalf of people only, and this is the token of an application: use {prefix}grant-type=client_credentials',
    property: 'jwt-bearer.assertion',
  },
  {
    matches: mentions(/AADSTS(70021|700213|700211)/),
    fix: 'The application has no federated credential with exactly the issuer, subject and audience of this token: compare them in Entra',
    property: 'client-auth.assertion-file',
  },
  {
    matches: mentions(/AADSTS(500011|70011|1002012)/),
    fix: 'Entra does not know this target: set the scope to the application id URI with /.default, of an application in the tenant',
    property: 'scope',
  },
  {
    matches: mentions(/AADSTS(700016|90002)/),
    fix: 'Entra does not know the application or the tenant: check the client id, and the tenant in the issuer',
    property: 'client-id',
  },
  {
    matches: mentions(/audience not available/i),
    fix: 'Keycloak issues only audiences that belong to the requested scopes: create a client scope with an audience mapper for this audience, add it to this client as optional, and name it in {prefix}scope',
    property: 'audience',
  },
  {
    matches: mentions(/not within the token audience|not in audience|subject_token audience/i),
    fix: 'Keycloak exchanges a token only for a client in its audience: add a scope with an audience mapper for this client to the client of the login',
    property: 'token-exchange.subject-token',
  },
  {
    matches: mentions(
      /token exchange is not enabled|not allowed to exchange|not enabled for the requested client/i,
    ),
    fix: 'Switch on Standard token exchange for this client in Keycloak',
    property: 'client-id',
  },
  {
    matches: (refusal) =>
      isExchange(refusal) &&
      mentions(/invalid_request/)(refusal) &&
      /polaris|\/v1\/oauth\/tokens/.test(`${refusal.host}${refusal.path}`),
    fix: 'Polaris exchanges only its own access tokens, and requires a scope: set {prefix}scope=PRINCIPAL_ROLE:ALL, and exchange a token of type access_token',
    property: 'scope',
  },
  {
    matches: mentions(/policy evaluation failed/i),
    fix: 'Allow this grant for this client by a rule in the access policy of the authorization server in Okta',
  },
  {
    matches: ({ error, profile }) =>
      profile === 'auth0' && (error === 'access_denied' || error === 'unauthorized_client'),
    fix: 'Authorize the application for this API in Auth0, and allow this grant for the application',
    property: 'audience',
  },
  {
    matches: mentions(/invalid client (or invalid client )?credentials/i),
    fix: 'Check the id and the secret of the client, and whether the client is registered for this method of client authentication',
    property: 'client-secret',
  },
  {
    matches: mentions(/use_dpop_nonce/),
    fix: 'The issuer required another DPoP nonce twice in a row: ask its operator whether its servers share nonces',
  },
  {
    matches: mentions(/invalid_dpop_proof/),
    fix: 'The issuer refused the DPoP proof: check the clock of this machine',
    property: 'dpop.enabled',
  },
  {
    matches: ({ error, clientAuth }) => error === 'invalid_client' && clientAuth === 'none',
    fix: 'The issuer requires client authentication: set {prefix}client-secret, or a key or an assertion',
    property: 'client-auth',
  },
  {
    matches: ({ error, clientAuth }) => error === 'invalid_client' && clientAuth === 'client_secret_post',
    fix: 'Check the id and the secret. For an issuer that requires HTTP Basic, such as Cognito, set {prefix}client-auth=client_secret_basic',
    property: 'client-auth',
  },
  {
    matches: ({ error, clientAuth }) => error === 'invalid_client' && clientAuth === 'client_secret_basic',
    fix: 'Check the id and the secret. For an issuer that requires them in the form, set {prefix}client-auth=client_secret_post',
    property: 'client-auth',
  },
  {
    matches: ({ error }) => error === 'invalid_client',
    fix: 'The issuer refused the assertion of the client: register the key there, and set {prefix}client-auth.jwt.audience to the audience that the issuer expects',
    property: 'client-auth',
  },
  {
    matches: ({ error, grant }) => error === 'invalid_grant' && grant === 'refresh_token',
    fix: 'The login has ended or was revoked: log in again',
    property: 'refresh-token',
  },
  {
    matches: (refusal) => refusal.grant === 'jwt-bearer' && mentions(/JWT Authorization Grant/i)(refusal),
    fix: 'Switch on JWT Authorization Grant for this client in Keycloak, and allow the identity provider that signs the assertion for this client',
    property: 'client-id',
  },
  {
    matches: (refusal) => refusal.grant === 'jwt-bearer' && mentions(/user not found/i)(refusal),
    fix: 'No user is linked to the subject of the assertion: in Keycloak, link the user to the identity provider that signs the assertion',
    property: 'jwt-bearer.assertion',
  },
  {
    matches: (refusal) => refusal.error === 'invalid_grant' && refusal.grant === 'jwt-bearer',
    fix: 'The assertion has expired, was used before, or has an issuer or audience that the server does not accept: check these, and present a new assertion',
    property: 'jwt-bearer.assertion',
  },
  {
    matches: ({ error }) => error === 'invalid_scope',
    fix: 'The issuer does not know this scope, or does not allow it for this client: check {prefix}scope. The scope catalog exists only in the token dialect of Iceberg',
    property: 'scope',
  },
  {
    matches: ({ error }) => error === 'invalid_target',
    fix: 'The issuer issues no tokens for this target: check {prefix}audience and {prefix}resource',
    property: 'audience',
  },
  {
    matches: ({ error }) => error === 'unauthorized_client' || error === 'unsupported_grant_type',
    fix: 'Allow this grant for the client at the issuer, or choose another {prefix}grant-type',
    property: 'grant-type',
  },
]

/** Rules for error responses of Google's token endpoints with a known cause. */
const googleRules: readonly HintRule[] = [
  {
    matches: ({ error, grant }) => grant === 'refresh_token' && /invalid_(grant|rapt)/.test(error ?? ''),
    fix: 'The login has ended or was revoked: run gcloud auth application-default login',
    property: 'credentials-path',
  },
  {
    matches: ({ error, grant }) => grant === 'jwt-bearer' && error === 'invalid_grant',
    fix: 'Google refused the key of this service account: check whether the key was deleted, and the clock of this machine',
    property: 'credentials-path',
  },
  {
    matches: ({ status, grant }) => grant.startsWith('generate') && (status === 403 || status === 404),
    fix: 'The caller needs the role roles/iam.serviceAccountTokenCreator on this service account, and the IAM Credentials API must be enabled',
    property: 'impersonate-service-account',
  },
  {
    matches: ({ error, grant }) => grant === 'token-exchange' && error !== undefined,
    fix: 'The provider of the pool must trust the issuer and the audience of this token, and its condition must accept the token',
    property: 'federation-audience',
  },
]

/** Returns the hint for an error response with a known cause, or undefined. */
export function findHint(refusal: Refusal): Hint | undefined {
  const rule = (refusal.profile === 'google' ? googleRules : rules).find(({ matches }) => matches(refusal))
  if (rule === undefined) return undefined
  const text = `${rule.fix.replaceAll('{prefix}', refusal.prefix)}.`
  return rule.property === undefined ? { text } : { text, property: `${refusal.prefix}${rule.property}` }
}
