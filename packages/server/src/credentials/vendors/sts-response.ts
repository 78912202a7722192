/** Keys that a security token service issued. */
export interface StsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  /** Expiry of the keys in epoch ms. */
  readonly expiresAt: number
}

const maxKeyLength = 256
const maxTokenLength = 16_384

/** Parses the response of AssumeRole or AssumeRoleWithWebIdentity (XML). Returns null for any other text. */
export function readStsResponse(text: string): StsCredentials | null {
  const credentials = element(text, 'Credentials')
  if (credentials === null) return null
  const accessKeyId = printable(element(credentials, 'AccessKeyId'), maxKeyLength)
  const secretAccessKey = printable(element(credentials, 'SecretAccessKey'), maxKeyLength)
  const sessionToken = printable(element(credentials, 'SessionToken'), maxTokenLength)
  const expiresAt = Date.parse(element(credentials, 'Expiration') ?? '')
  if (accessKeyId === null || secretAccessKey === null || sessionToken === null) return null
  return Number.isNaN(expiresAt) ? null : { accessKeyId, secretAccessKey, sessionToken, expiresAt }
}

/** Parses the code and message of an error response. Both are empty when the text is not an error response. */
export function readStsError(text: string): { readonly code: string; readonly message: string } {
  const error = element(text, 'Error') ?? ''
  return {
    code: /^[\w.]{1,100}$/.exec(element(error, 'Code') ?? '')?.[0] ?? '',
    message: (element(error, 'Message') ?? '')
      .replaceAll(/[^ -~]/g, ' ')
      // The message of the service may contain the web identity of the request, which must not be logged.
      .replaceAll(/eyJ[\w.-]*/g, '(token)')
      .slice(0, 300),
  }
}

/**
 * Returns the text of the first XML element with this name, or null. In responses of these services, elements with text
 * have neither attributes nor CDATA.
 */
function element(text: string, name: string): string | null {
  const start = new RegExp(`<${name}(?:\\s[^>]*)?>`).exec(text)
  if (start === null) return null
  const from = start.index + start[0].length
  const end = text.indexOf(`</${name}>`, from)
  return end < 0 ? null : text.slice(from, end)
}

function printable(content: string | null, maxLength: number): string | null {
  if (content === null) return null
  const plain = content
    .trim()
    .replaceAll(/&(?:amp|lt|gt|quot|apos|#43|#x2B);/gi, (name) => entities[name] ?? name)
  return plain.length > 0 && plain.length <= maxLength && /^[!-~]+$/.test(plain) ? plain : null
}

const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
  '&#43;': '+',
  '&#x2B;': '+',
}
