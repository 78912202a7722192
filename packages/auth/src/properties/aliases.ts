/**
 * A name that another client uses for a property, and the canonical names of that property.
 *
 * Sources of the names: Iceberg `AuthProperties`, `OAuth2Properties`, `AwsProperties`; PyIceberg `catalog/rest/auth.py`
 * and its configuration page. The names of Lance (RestNamespace #7099) for `sigv4` are the canonical names, and need no
 * alias.
 */
export interface Alias {
  readonly from: string
  /**
   * Canonical names `<type>.<name>`, short for `rest.auth.<type>.<name>`. If there are several, the selected type
   * determines the one that applies.
   */
  readonly to: readonly string[]
  /**
   * Whether other parts of a client, such as storage access, also read the property. If so, it is not refused when no
   * provider uses it.
   */
  readonly shared?: true
  /**
   * Canonical properties that form a unit, such as an access key id and its secret. The alias is ignored if another
   * name, which is not shared, sets one of these properties.
   */
  readonly group?: readonly string[]
}

const KEYS = ['access-key-id', 'secret-access-key', 'session-token']

const ICEBERG: readonly Alias[] = [
  { from: 'token', to: ['bearer.token', 'oauth2.token', 'iceberg-legacy.token'] },
  { from: 'credential', to: ['oauth2.credential', 'iceberg-legacy.credential'] },
  { from: 'oauth2-server-uri', to: ['oauth2.token-endpoint', 'iceberg-legacy.token-endpoint'] },
  { from: 'scope', to: ['oauth2.scope', 'iceberg-legacy.scope'] },
  { from: 'audience', to: ['oauth2.audience', 'iceberg-legacy.audience'] },
  { from: 'resource', to: ['oauth2.resource', 'iceberg-legacy.resource'] },
  {
    from: 'token-expires-in-ms',
    to: ['oauth2.token-refresh.access-token-lifespan-ms', 'iceberg-legacy.token-expires-in-ms'],
  },
  {
    from: 'token-refresh-enabled',
    to: ['oauth2.token-refresh.enabled', 'iceberg-legacy.token-refresh-enabled'],
  },
  { from: 'token-exchange-enabled', to: ['iceberg-legacy.token-exchange-enabled'] },
  { from: 'rest.signing-region', to: ['sigv4.region', 'sigv4a.region-set'] },
  { from: 'rest.signing-name', to: ['sigv4.service', 'sigv4a.service'] },
  { from: 'rest.access-key-id', to: ['sigv4.access-key-id', 'sigv4a.access-key-id'] },
  { from: 'rest.secret-access-key', to: ['sigv4.secret-access-key', 'sigv4a.secret-access-key'] },
  { from: 'rest.session-token', to: ['sigv4.session-token', 'sigv4a.session-token'] },
  { from: 'client.assume-role.arn', to: ['sigv4.role-arn', 'sigv4a.role-arn'], shared: true },
  {
    from: 'client.assume-role.external-id',
    to: ['sigv4.role-external-id', 'sigv4a.role-external-id'],
    shared: true,
  },
  {
    from: 'client.assume-role.session-name',
    to: ['sigv4.role-session-name', 'sigv4a.role-session-name'],
    shared: true,
  },
  { from: 'gcp.auth.credentials-path', to: ['google.credentials-path'], shared: true },
  { from: 'gcp.auth.credentials-json', to: ['google.credentials-json'], shared: true },
  { from: 'gcp.auth.scopes', to: ['google.scopes'], shared: true },
]

const PYICEBERG: readonly Alias[] = [
  { from: 'auth.basic.username', to: ['basic.username'] },
  { from: 'auth.basic.password', to: ['basic.password'] },
  { from: 'auth.oauth2.client_id', to: ['oauth2.client-id'] },
  { from: 'auth.oauth2.client_secret', to: ['oauth2.client-secret'] },
  { from: 'auth.oauth2.token_url', to: ['oauth2.token-endpoint'] },
  { from: 'auth.oauth2.scope', to: ['oauth2.scope'] },
  { from: 'auth.google.credentials_path', to: ['google.credentials-path'] },
  { from: 'auth.google.scopes', to: ['google.scopes'] },
  { from: 'auth.entra.scopes', to: ['entra.scopes'] },
  { from: 'auth.entra.managed_identity_client_id', to: ['entra.managed-identity-client-id'] },
  ...KEYS.map((name): Alias => ({
    from: `client.${name}`,
    to: [`sigv4.${name}`, `sigv4a.${name}`],
    shared: true,
    group: KEYS,
  })),
  { from: 'client.profile-name', to: ['sigv4.profile', 'sigv4a.profile'], shared: true },
  { from: 'client.region', to: ['sigv4.region', 'sigv4a.region-set'], shared: true },
  { from: 'client.role-arn', to: ['sigv4.role-arn', 'sigv4a.role-arn'], shared: true },
  {
    from: 'client.role-session-name',
    to: ['sigv4.role-session-name', 'sigv4a.role-session-name'],
    shared: true,
  },
]

/** All aliases, by the name of the property in the other client. */
export const aliases: ReadonlyMap<string, Alias> = new Map(
  [...ICEBERG, ...PYICEBERG].map((alias) => [alias.from, alias]),
)

/** Other names of types, such as the class names that Iceberg's Java clients use. */
export const typeAliases: ReadonlyMap<string, string> = new Map([
  ['noop', 'none'],
  ['legacyoauth2', 'iceberg-legacy'],
  ['gcp-iam', 'google'],
  ['azure', 'entra'],
  ['org.apache.iceberg.rest.auth.NoopAuthManager', 'none'],
  ['org.apache.iceberg.rest.auth.BasicAuthManager', 'basic'],
  ['org.apache.iceberg.rest.auth.OAuth2Manager', 'oauth2'],
  ['org.apache.iceberg.aws.RESTSigV4AuthManager', 'sigv4'],
  ['org.apache.iceberg.gcp.auth.GoogleAuthManager', 'google'],
  ['com.dremio.iceberg.authmgr.oauth2.OAuth2Manager', 'oauth2'],
])
