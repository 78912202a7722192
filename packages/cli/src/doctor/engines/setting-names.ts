/** Names of settings in the configuration of an engine. Remedies contain them. Undefined: the engine has no such setting. */
export interface SettingNames {
  readonly uri: string
  readonly warehouse: string
  readonly credential: string
  readonly scope: string | undefined
  readonly tokenEndpoint: string | undefined
  /** Setting with which the engine requests storage access, with its value. */
  readonly requestAccess: string | undefined
  /** Setting with which the engine requests no storage access, with its value. */
  readonly requestNoAccess: string | undefined
  readonly endpoint: string | undefined
  readonly region: string | undefined
  readonly pathStyle: string | undefined
  /** Setting with the keys of the store. */
  readonly keys: string
  /** Setting with which the engine renews tokens by its credential, with its value. */
  readonly withoutExchange: string | undefined
  readonly signingName: string | undefined
  readonly signingRegion: string | undefined
  /** Change with which the user arrives at the catalog. */
  readonly user: string
}

/** Returns the names of Iceberg's flat properties behind a prefix, as Spark, Flink and PyIceberg spell them. */
export function icebergNames(prefix: string, user: string): SettingNames {
  const header = `${prefix}header.X-Iceberg-Access-Delegation`
  return {
    uri: `${prefix}uri`,
    warehouse: `${prefix}warehouse`,
    credential: `${prefix}credential`,
    scope: `${prefix}scope`,
    tokenEndpoint: `${prefix}oauth2-server-uri`,
    requestAccess: `${header}=vended-credentials`,
    requestNoAccess: `${header} (remove it)`,
    endpoint: `${prefix}s3.endpoint`,
    region: `${prefix}client.region`,
    pathStyle: `${prefix}s3.path-style-access=true`,
    keys: `${prefix}s3.access-key-id and ${prefix}s3.secret-access-key`,
    withoutExchange: `${prefix}token-exchange-enabled=false`,
    signingName: `${prefix}rest.signing-name`,
    signingRegion: `${prefix}rest.signing-region`,
    user,
  }
}
