const replacement = '[redacted]'

/** Minimum length of a secret that is replaced, in characters. Shorter values can be parts of ordinary words. */
const minLength = 4

/** Patterns of secrets that are replaced even if their values are unknown. */
const patterns: readonly (readonly [RegExp, string])[] = [
  [/\beyJ[\w-]{6,}\.[\w-]{6,}\.[\w-]*/g, replacement],
  [
    /((?:storageRefreshToken|X-Amz-Security-Token|X-Amz-Signature|sig|access_token)=)[^&\s"']+/gi,
    `$1${replacement}`,
  ],
  [/(\b(?:Bearer|Basic)\s+)[\w.~+/=-]{8,}/gi, `$1${replacement}`],
  [/(\/\/[^/\s:@]+:)[^@/\s]+@/g, `$1${replacement}@`],
]

/**
 * Replaces secrets in texts that users see. The caller adds each secret when it is read, sent or received, so that a
 * server's message that quotes the secret is redacted, too.
 */
export class Redactor {
  readonly #secrets = new Set<string>()

  /** Adds secrets that `redact` replaces. Ignores undefined and short values. */
  add(...secrets: readonly (string | undefined)[]): void {
    for (const secret of secrets) {
      if (secret === undefined) continue
      for (const form of listForms(secret)) if (form.length >= minLength) this.#secrets.add(form)
    }
  }

  redact(text: string): string {
    const longestFirst = [...this.#secrets].toSorted((a, b) => b.length - a.length)
    const withoutValues = longestFirst.reduce((rest, secret) => rest.replaceAll(secret, replacement), text)
    return patterns.reduce((rest, [pattern, to]) => rest.replaceAll(pattern, to), withoutValues)
  }
}

/**
 * Returns all forms of a secret that are replaced: the unchanged secret, and its encodings for JSON, URLs, forms and
 * Basic authentication.
 */
function listForms(secret: string): readonly string[] {
  const form = new URLSearchParams({ _: secret }).toString().slice('_='.length)
  const base64 = Buffer.from(secret).toString('base64')
  const parts = secret.includes(':') ? [secret.slice(secret.indexOf(':') + 1)] : []
  return [secret, ...parts, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), form, base64]
}
