/**
 * The types that a catalog may declare, each with the parameters that it may give (`spec/rest-auth-extension.md`,
 * Types). Whatever else a provider has below `rest.auth.<type>.` is about where credentials come from and go.
 */
export const declarable: Readonly<Record<string, readonly string[]>> = {
  basic: [],
  bearer: [],
  'api-key': ['header'],
  oauth2: ['issuer-url', 'scope', 'audience', 'resource', 'dpop.enabled'],
  google: ['scopes', 'id-token-audience'],
  entra: ['scopes'],
  sigv4: ['service', 'region', 'payload', 'path-encoding', 'form'],
  sigv4a: ['service', 'region-set', 'payload', 'path-encoding', 'form'],
}

export const declarableTypes: readonly string[] = Object.keys(declarable)

/** The parameters of a type, or undefined for a type that may not be declared. */
export function parametersOf(type: string): readonly string[] | undefined {
  return Object.hasOwn(declarable, type) ? declarable[type] : undefined
}

/** What is taken when a declaration leaves it out; an allowance must have that as well. */
export const whenMissing: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  sigv4: { service: 'execute-api' },
  sigv4a: { service: 'execute-api', 'region-set': '*' },
}

/** Types that send a secret which is good for longer than the request: others go before them. */
export const sendsLastingSecret: ReadonlySet<string> = new Set(['bearer', 'api-key', 'basic'])

/** The values of a parameter, which may be several: all of them must be allowed. */
export function valuesOf(parameter: string, value: string): readonly string[] {
  const several = /^(audience|resource|scopes?|region-set)$/.test(parameter)
  return several ? value.split(/[\s,]+/).filter((each) => each !== '') : [value]
}
