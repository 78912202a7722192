/** Day, region and service for which a signature is valid (credential scope of Signature Version 4). */
export interface CredentialScope {
  /** Day in UTC: `20150830`. */
  readonly date: string
  readonly region: string
  /** Signing name of the service: `s3`, `glue`, `execute-api` … */
  readonly service: string
}

/** Formats a credential scope: `20150830/us-east-1/s3/aws4_request`. */
export function formatScope(scope: CredentialScope): string {
  return `${scope.date}/${scope.region}/${scope.service}/aws4_request`
}

/**
 * Parses a credential: access key id and scope, such as `AKID/20150830/us-east-1/s3/aws4_request`. Returns undefined
 * for another form.
 */
export function parseCredential(
  text: string,
): { readonly accessKeyId: string; readonly scope: CredentialScope } | undefined {
  const parts = CREDENTIAL.exec(text)
  if (parts === null) return undefined
  const [, accessKeyId = '', date = '', region = '', service = ''] = parts
  return { accessKeyId, scope: { date, region, service } }
}

const CREDENTIAL =
  /^([\x21-\x2b\x2d\x2e\x30-\x7e]{1,256})\/(\d{8})\/([\w.-]{1,64})\/([\w.-]{1,64})\/aws4_request$/
