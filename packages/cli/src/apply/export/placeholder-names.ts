/** Environment variable that an exported document names in place of a secret. */
export interface Placeholder {
  readonly env: string
  /** Description of the secret, such as `client secret of etl`. */
  readonly description: string
}

/**
 * Allocates names of environment variables for the secrets of an exported document. Each name is unique in the
 * document.
 */
export interface PlaceholderNames {
  readonly all: readonly Placeholder[]
  /**
   * Returns a name that is not allocated yet, from a prefix and the name of the object, such as `CLIENT_SECRET_ETL`.
   */
  add(prefix: string, name: string, description: string): string
}

export function createPlaceholderNames(): PlaceholderNames {
  const all: Placeholder[] = []
  const used = new Set<string>()
  return {
    all,
    add(prefix, name, description) {
      const base = `${prefix}_${name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')}`
      let env = base
      for (let number = 2; used.has(env); number++) env = `${base}_${number}`
      used.add(env)
      all.push({ env, description })
      return env
    },
  }
}
