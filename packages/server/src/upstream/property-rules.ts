/** Properties that a warehouse may set for an auth provider, below `rest.auth.<type>.`. */
export interface PropertyRules {
  readonly plain: readonly string[]
  readonly secret: readonly string[]
}

/** Rules by type of the provider. */
export type ProviderRules = Readonly<Record<string, PropertyRules>>
