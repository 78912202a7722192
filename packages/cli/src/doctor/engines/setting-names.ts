/**
 * Names of the settings in the configuration of an engine, with which the report tells the user what to change. A
 * member is undefined if the engine has no such setting.
 */
export interface SettingNames {
  readonly uri: string
  readonly warehouse: string
  readonly credential: string
  readonly scope: string | undefined
  readonly tokenEndpoint: string | undefined
  /**
   * Setting that makes the engine request storage access, in the form in which users write it, such as
   * `NAME=vended-credentials`.
   */
  readonly requestAccess: string | undefined
  /** Setting that stops the engine from requesting storage access, in the form in which users write it. */
  readonly requestNoAccess: string | undefined
  readonly endpoint: string | undefined
  readonly region: string | undefined
  readonly pathStyle: string | undefined
  /** Settings that contain the keys of the store. */
  readonly keys: string
  /**
   * Setting that makes the engine request new tokens with its client credentials instead of exchanging its token, in
   * the form in which users write it.
   */
  readonly withoutExchange: string | undefined
  readonly signingName: string | undefined
  readonly signingRegion: string | undefined
  /** Sentence that tells how to change the engine so that the catalog sees its user. */
  readonly user: string
}

/**
 * Returns the names of Iceberg's catalog properties with a prefix such as `spark.sql.catalog.lake.`. Spark, Flink and
 * PyIceberg share the spelling of these names.
 */
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
