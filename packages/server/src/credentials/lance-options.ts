/** Properties of storage credentials and of a store in the spelling of Iceberg. */
type IcebergConfig = Readonly<Record<string, string>>

const names: Readonly<Record<string, readonly string[]>> = {
  's3.access-key-id': ['aws_access_key_id'],
  's3.secret-access-key': ['aws_secret_access_key'],
  's3.session-token': ['aws_session_token'],
  'client.region': ['aws_region'],
  's3.region': ['aws_region'],
  // The environment variable AWS_ENDPOINT_URL_S3 of the client has precedence over aws_endpoint.
  's3.endpoint': ['aws_endpoint', 'aws_endpoint_url_s3'],
  's3.session-token-expires-at-ms': ['expires_at_millis'],
}

const maxOffsetMs = 120_000

/**
 * Converts storage access to the storage options of Lance.
 *
 * `refresh_offset_millis` is the time before the expiry at which clients renew the credential by describing the table:
 * two minutes, but at most a quarter of its remaining lifetime, so that a short credential is not renewed for each request.
 */
export function toLanceOptions(config: IcebergConfig, now: number): Readonly<Record<string, string>> {
  const options: Record<string, string> = {}
  for (const [name, value] of Object.entries(config))
    for (const option of Object.hasOwn(names, name) ? (names[name] ?? []) : []) options[option] = value
  const { aws_endpoint: endpoint, expires_at_millis: expiry } = options
  if (endpoint?.startsWith('http://') === true) options['allow_http'] = 'true'
  if (config['s3.path-style-access'] !== undefined)
    options['aws_virtual_hosted_style_request'] = String(config['s3.path-style-access'] !== 'true')
  if (expiry !== undefined) {
    const offset = Math.trunc((Number(expiry) - now) / 4)
    options['refresh_offset_millis'] = String(Math.max(0, Math.min(offset, maxOffsetMs)))
  }
  return options
}
