/** A way in which a secret shows although nobody wrote it plainly. */
const disguises: Readonly<Record<string, (secret: string) => string>> = {
  plain: (secret) => secret,
  reversed: (secret) => Array.from(secret).toReversed().join(''),
  base64: (secret) => Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  base64url: (secret) => Buffer.from(secret).toString('base64url'),
  hex: (secret) => Buffer.from(secret).toString('hex'),
  percent: (secret) => encodeURIComponent(secret),
  json: (secret) => JSON.stringify(secret).slice(1, -1),
}
/** Enough of a secret to be worth finding when the rest was cut off. */
const telling = 20

/** Of the part that is secret: tokens begin with a header, or the id of a key, that all of their kind have. */
function beginningOf(secret: string): string {
  const body = secret.slice(secret.lastIndexOf('.') + 1)
  return (body.length < telling ? secret : body).slice(0, telling)
}

/** Secrets that a run has been given, and everywhere that it left something readable. */
export class Canaries {
  readonly #planted = new Map<string, string>()
  readonly #evidence: { readonly where: string; readonly text: string }[] = []

  /**
   * From now on this must not show up anywhere. Planting it again under the same name adds one more.
   *
   * @returns the secret, for the place where it is planted
   */
  plant(name: string, secret: string): string {
    if (secret.length < telling) throw new Error(`${name} is too short to be told from chance`)
    this.#planted.set(`${name} #${this.#planted.size + 1}`, secret)
    return secret
  }

  /** Names that secrets were planted under. */
  get kinds(): readonly string[] {
    return [...new Set([...this.#planted.keys()].map((name) => name.replace(/ #\d+$/, '')))].toSorted()
  }

  /** Something that somebody could read. */
  saw(where: string, text: string): void {
    this.#evidence.push({ where, text })
  }

  /** Everything that was seen, for checks that something was. */
  get seen(): string {
    return this.#evidence.map(({ text }) => text).join('\n')
  }

  /** Where a secret shows, and in which form; never the secret. */
  get leaks(): readonly string[] {
    const leaks = new Set<string>()
    for (const [name, secret] of this.#planted) {
      for (const [disguise, put] of Object.entries(disguises)) {
        const form = put(secret)
        // The end of a base64 text depends on what follows the secret.
        const needle = disguise.startsWith('base64') ? form.slice(0, -2) : form
        for (const { where, text } of this.#evidence) {
          if (text.includes(needle)) leaks.add(`${name}, ${disguise}, in ${where}`)
          else if (disguise === 'plain' && text.includes(beginningOf(secret)))
            leaks.add(`the beginning of ${name}, in ${where}`)
        }
      }
    }
    return [...leaks].toSorted()
  }
}
