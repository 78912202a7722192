/**
 * Parameters that a catalog may declare, by authentication type (`spec/rest-auth-extension.md`, Types). A declaration
 * sets no other property below `rest.auth.<type>.`, because the other properties decide where credentials come from
 * and where they are sent.
 */
export const declarableParameters: Readonly<Record<string, readonly string[]>> = {
  basic: [],
  bearer: [],
  'api-key': ['header'],
  oauth2: ['issuer-url', 'scope', 'audience', 'resource', 'dpop.enabled'],
  google: ['scopes', 'id-token-audience'],
  entra: ['scopes'],
  sigv4: ['service', 'region', 'payload', 'path-encoding', 'form'],
  sigv4a: ['service', 'region-set', 'payload', 'path-encoding', 'form'],
}

/** Authentication types that a catalog may declare. */
export const declarableTypes: readonly string[] = Object.keys(declarableParameters)

/**
 * Returns the parameters that a catalog may declare for an authentication type. Returns undefined if a catalog must
 * not declare the type.
 */
export function findParameters(type: string): readonly string[] | undefined {
  return Object.hasOwn(declarableParameters, type) ? declarableParameters[type] : undefined
}

/**
 * Default values of parameters that a catalog's declaration omits. A client checks whether it permits a default
 * value, in the same way as a declared value.
 */
export const defaultValues: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  sigv4: { service: 'execute-api' },
  sigv4a: { service: 'execute-api', 'region-set': '*' },
}

/** Authentication types that send a secret which stays valid after the request. A client prefers every other type. */
export const sendsPermanentSecret: ReadonlySet<string> = new Set(['bearer', 'api-key', 'basic'])

/**
 * Splits the value of a parameter such as `scopes` into its elements. Returns one element for a parameter that is not
 * a list. A client must permit each element.
 */
export function splitValues(parameter: string, value: string): readonly string[] {
  const isList = /^(audience|resource|scopes?|region-set)$/.test(parameter)
  return isList ? value.split(/[\s,]+/).filter((each) => each !== '') : [value]
}
