import type { ProfileName } from './profiles.ts'

/** A refusal, with what is known of the request. */
export interface Refusal {
  readonly status: number
  readonly error: string | undefined
  readonly description: string | undefined
  /** As the configuration calls it. */
  readonly grant: string
  /** The host that was asked. */
  readonly host: string
  /** The path that was asked. */
  readonly path: string
  readonly clientAuth: string
  readonly profile: ProfileName | 'iceberg-legacy' | 'google'
  /** What stands before the names of properties: `rest.auth.oauth2.` */
  readonly prefix: string
}

export interface Hint {
  readonly text: string
  readonly property?: string
}

interface Recipe {
  readonly when: (refusal: Refusal) => boolean
  /** `{prefix}` stands for the prefix of properties. */
  readonly fix: string
  readonly property?: string
}

const says =
  (pattern: RegExp) =>
  ({ error = '', description = '' }: Refusal): boolean =>
    pattern.test(`${error} ${description}`)

const isExchange = ({ grant }: Refusal): boolean => grant === 'token-exchange'

/**
 * Refusals that people met, and what helped; the first that fits is told. Collected from public reports to Iceberg,
 * Trino, Polaris, Lakekeeper and Dremio's manager, and from the documentation of the products.
 */
const recipes: readonly Recipe[] = [
  {
    when: ({ status, path }) => [404, 405, 501].includes(status) && path.endsWith('/v1/oauth/tokens'),
    fix: 'This catalog issues no tokens itself: set oauth2-server-uri to the token endpoint of your identity provider and rest.auth.type=oauth2',
    property: 'oauth2-server-uri',
  },
  {
    when: ({ status }) => status === 404 || status === 405,
    fix: 'There is no token endpoint at this address: set {prefix}issuer-url, or correct {prefix}token-endpoint',
    property: 'token-endpoint',
  },
  {
    when: ({ status }) => status >= 300 && status < 400,
    fix: 'Token endpoints do not redirect: {prefix}token-endpoint is the address of something else, or lacks a slash or an s in https',
    property: 'token-endpoint',
  },
  {
    when: (refusal) =>
      refusal.profile === 'iceberg-legacy' && isExchange(refusal) && refusal.error === 'invalid_client',
    fix: 'The dialect of Iceberg proves no client at an exchange: set rest.auth.type=oauth2, or token-exchange-enabled=false',
    property: 'token-exchange-enabled',
  },
  {
    when: (refusal) => refusal.profile === 'iceberg-legacy' && refusal.error === 'invalid_client',
    fix: 'The dialect of Iceberg posts the secret; identity providers that want it as Basic, as Cognito does, need rest.auth.type=oauth2',
    property: 'credential',
  },
  {
    when: (refusal) => isExchange(refusal) && says(/unsupported_grant_type|AADSTS7000[23]/)(refusal),
    fix: "This issuer offers no token exchange: for Entra set {prefix}profile=entra and {prefix}grant-type=jwt-bearer; with Iceberg's dialect set token-exchange-enabled=false",
    property: 'grant-type',
  },
  {
    when: says(/AADSTS7000215|AADSTS7000222/),
    fix: 'Entra wants the value of a secret that has not expired, not its id',
    property: 'client-secret',
  },
  {
    when: says(/AADSTS65001/),
    fix: 'Nobody consented to what this application does with the other one: let an administrator grant its permissions in Entra',
  },
  {
    when: says(/AADSTS(50013|500131)/),
    fix: 'The token to act for is not for this application: its audience must be the client id',
    property: 'jwt-bearer.assertion',
  },
  {
    when: says(/AADSTS7000114|AADSTS50027.*app/i),
    fix: 'Entra acts for people only: the token was of an application, use client_credentials for these',
    property: 'jwt-bearer.assertion',
  },
  {
    when: says(/AADSTS(70021|700213|700211)/),
    fix: 'No federated credential of the application has exactly the issuer, the subject and the audience of this token: compare them in Entra',
    property: 'client-auth.assertion-file',
  },
  {
    when: says(/AADSTS(500011|70011|1002012)/),
    fix: 'Entra knows no such target: the scope must be the application id URI with /.default, and that application must be in the tenant',
    property: 'scope',
  },
  {
    when: says(/AADSTS(700016|90002)/),
    fix: 'There is no such application or tenant: check the client id and the tenant in the issuer',
    property: 'client-id',
  },
  {
    when: says(/audience not available/i),
    fix: 'Keycloak gives only audiences that scopes reach: make a client scope with an audience mapper for it, optional for this client, and name it in {prefix}scope',
    property: 'audience',
  },
  {
    when: says(/not within the token audience|not in audience|subject_token audience/i),
    fix: 'Keycloak exchanges tokens only for a client that is in their audience: give the login client a scope with an audience mapper for this client',
    property: 'token-exchange.subject-token',
  },
  {
    when: says(/token exchange is not enabled|not allowed to exchange|not enabled for the requested client/i),
    fix: 'Switch on Standard token exchange for this client in Keycloak',
    property: 'client-id',
  },
  {
    when: (refusal) =>
      isExchange(refusal) &&
      says(/invalid_request/)(refusal) &&
      /polaris|\/v1\/oauth\/tokens/.test(`${refusal.host}${refusal.path}`),
    fix: 'Polaris exchanges its own access tokens only, and wants a scope: set {prefix}scope=PRINCIPAL_ROLE:ALL and give a token of type access_token',
    property: 'scope',
  },
  {
    when: says(/policy evaluation failed/i),
    fix: 'A rule of the access policy of the authorization server in Okta must allow this grant to this client',
  },
  {
    when: ({ error, profile }) =>
      profile === 'auth0' && (error === 'access_denied' || error === 'unauthorized_client'),
    fix: 'Authorize the application for this API in Auth0, and allow it this grant',
    property: 'audience',
  },
  {
    when: says(/invalid client (or invalid client )?credentials/i),
    fix: 'Check the id and the secret of the client, and that it proves itself in the way it is registered with',
    property: 'client-secret',
  },
  { when: says(/use_dpop_nonce/), fix: 'The issuer wanted another nonce twice: its servers do not agree' },
  {
    when: says(/invalid_dpop_proof/),
    fix: 'The proof was not taken: is the clock of this machine right?',
    property: 'dpop.enabled',
  },
  {
    when: ({ error, clientAuth }) => error === 'invalid_client' && clientAuth === 'none',
    fix: 'The issuer wants this client to prove who it is: set {prefix}client-secret, or a key or an assertion',
    property: 'client-auth',
  },
  {
    when: ({ error, clientAuth }) => error === 'invalid_client' && clientAuth === 'client_secret_post',
    fix: 'Check the id and the secret; an issuer that wants them as Basic, as Cognito does, needs {prefix}client-auth=client_secret_basic',
    property: 'client-auth',
  },
  {
    when: ({ error, clientAuth }) => error === 'invalid_client' && clientAuth === 'client_secret_basic',
    fix: 'Check the id and the secret; an issuer that wants them in the form needs {prefix}client-auth=client_secret_post',
    property: 'client-auth',
  },
  {
    when: ({ error }) => error === 'invalid_client',
    fix: 'The issuer does not take this statement: is the key registered there, and does {prefix}client-auth.jwt.audience say what it expects?',
    property: 'client-auth',
  },
  {
    when: ({ error, grant }) => error === 'invalid_grant' && grant === 'refresh_token',
    fix: 'The login has ended or was revoked: log in again',
    property: 'refresh-token',
  },
  {
    when: (refusal) => refusal.grant === 'jwt-bearer' && says(/JWT Authorization Grant/i)(refusal),
    fix: 'Switch on JWT Authorization Grant for this client in Keycloak, and allow it the identity provider that signs the assertion',
    property: 'client-id',
  },
  {
    when: (refusal) => refusal.grant === 'jwt-bearer' && says(/user not found/i)(refusal),
    fix: 'Nobody there is linked to the subject of the assertion: in Keycloak, link the user to the identity provider that signs it',
    property: 'jwt-bearer.assertion',
  },
  {
    when: (refusal) => refusal.error === 'invalid_grant' && refusal.grant === 'jwt-bearer',
    fix: 'The assertion is expired, was used before, or its issuer and audience are not those that are trusted there',
    property: 'jwt-bearer.assertion',
  },
  {
    when: ({ error }) => error === 'invalid_scope',
    fix: "The issuer does not know this scope, or not for this client; catalog is one of Iceberg's own",
    property: 'scope',
  },
  {
    when: ({ error }) => error === 'invalid_target',
    fix: 'The issuer gives no tokens for this: check {prefix}audience and {prefix}resource',
    property: 'audience',
  },
  {
    when: ({ error }) => error === 'unauthorized_client' || error === 'unsupported_grant_type',
    fix: 'Allow this grant to the client at the issuer, or choose another {prefix}grant-type',
    property: 'grant-type',
  },
]

/** Google's services are not configured by address: other things go wrong there. */
const googleRecipes: readonly Recipe[] = [
  {
    when: ({ error, grant }) => grant === 'refresh_token' && /invalid_(grant|rapt)/.test(error ?? ''),
    fix: 'The login has ended or was revoked: gcloud auth application-default login',
    property: 'credentials-path',
  },
  {
    when: ({ error, grant }) => grant === 'jwt-bearer' && error === 'invalid_grant',
    fix: 'The key of this service account was deleted, or the clock of this machine is wrong',
    property: 'credentials-path',
  },
  {
    when: ({ status, grant }) => grant.startsWith('generate') && (status === 403 || status === 404),
    fix: 'Whoever impersonates needs the role roles/iam.serviceAccountTokenCreator at that service account, and the IAM Credentials API must be on',
    property: 'impersonate-service-account',
  },
  {
    when: ({ error, grant }) => grant === 'token-exchange' && error !== undefined,
    fix: 'The provider of the pool must trust the issuer and the audience of this token, and its condition must let it in',
    property: 'federation-audience',
  },
]

/** What to change, when the refusal is one that is known. */
export function hintFor(refusal: Refusal): Hint | undefined {
  const recipe = (refusal.profile === 'google' ? googleRecipes : recipes).find(({ when }) => when(refusal))
  if (recipe === undefined) return undefined
  const text = `${recipe.fix.replaceAll('{prefix}', refusal.prefix)}.`
  return recipe.property === undefined ? { text } : { text, property: `${refusal.prefix}${recipe.property}` }
}
