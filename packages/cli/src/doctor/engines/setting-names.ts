/**
 * Names of the settings in the configuration of an engine, for the remedies in the report. Undefined if the engine has
 * no such setting.
 */
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
  /** Setting that contains the keys of the store. */
  readonly keys: string
  /**
   * Setting with which the engine requests new tokens with its credential instead of exchanging tokens, with its
   * value.
   */
  readonly withoutExchange: string | undefined
  readonly signingName: string | undefined
  readonly signingRegion: string | undefined
  /** Sentence that tells how to change the engine so that the catalog sees its user. */
  readonly user: string
}

/** Returns the names of Iceberg's properties with a prefix, in the spelling of Spark, Flink and PyIceberg. */
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
