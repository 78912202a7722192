/**
 * Names of the properties that a warehouse may set for one auth provider, without their prefix
 * `rest.auth.<type>.`.
 */
export interface PropertyRules {
  readonly plain: readonly string[]
  readonly secret: readonly string[]
}

/** Allowed properties by type of the auth provider. */
export type ProviderRules = Readonly<Record<string, PropertyRules>>
