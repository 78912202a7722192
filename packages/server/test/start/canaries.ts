/** Encodings in which a text can contain a secret. */
const encodings: Readonly<Record<string, (secret: string) => string>> = {
  plain: (secret) => secret,
  reversed: (secret) => Array.from(secret).toReversed().join(''),
  base64: (secret) => Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  base64url: (secret) => Buffer.from(secret).toString('base64url'),
  hex: (secret) => Buffer.from(secret).toString('hex'),
  percent: (secret) => encodeURIComponent(secret),
  json: (secret) => JSON.stringify(secret).slice(1, -1),
}
/**
 * Number of characters at the beginning of a secret that the search uses to find truncated secrets. Shorter
 * texts may be equal by chance.
 */
const minChars = 20

/**
 * Returns the first characters of a secret after the header or key id, which all tokens of a kind have in
 * common.
 */
function findBeginning(secret: string): string {
  const body = secret.slice(secret.lastIndexOf('.') + 1)
  return (body.length < minChars ? secret : body).slice(0, minChars)
}

/** Records the secrets that a test run uses and all texts that it writes, and finds secrets in the texts. */
export class Canaries {
  readonly #planted = new Map<string, string>()
  readonly #evidence: { readonly where: string; readonly text: string }[] = []

  /** Adds a secret that no text may contain, and returns it. A name can have several secrets. */
  plant(name: string, secret: string): string {
    if (secret.length < minChars) throw new Error(`${name} has fewer than ${minChars} characters.`)
    this.#planted.set(`${name} #${this.#planted.size + 1}`, secret)
    return secret
  }

  /** Names of the recorded secrets. */
  get kinds(): readonly string[] {
    return [...new Set([...this.#planted.keys()].map((name) => name.replace(/ #\d+$/, '')))].toSorted()
  }

  /** Adds a text that must not contain a secret. */
  saw(where: string, text: string): void {
    this.#evidence.push({ where, text })
  }

  /** All recorded texts, concatenated. */
  get seen(): string {
    return this.#evidence.map(({ text }) => text).join('\n')
  }

  /**
   * Descriptions of each text that contains a secret: the source of the text and the encoding, without the
   * secret itself.
   */
  get leaks(): readonly string[] {
    const leaks = new Set<string>()
    for (const [name, secret] of this.#planted) {
      for (const [encoding, encode] of Object.entries(encodings)) {
        const encoded = encode(secret)
        // The last characters are removed, because in base64 they depend on the bytes after the secret.
        const needle = encoding.startsWith('base64') ? encoded.slice(0, -2) : encoded
        for (const { where, text } of this.#evidence) {
          if (text.includes(needle)) leaks.add(`${name}, ${encoding}, in ${where}`)
          else if (encoding === 'plain' && text.includes(findBeginning(secret)))
            leaks.add(`the beginning of ${name}, in ${where}`)
        }
      }
    }
    return [...leaks].toSorted()
  }
}
