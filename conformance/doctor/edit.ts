import type { FrontRequest, FrontResponse, Rule } from './front.ts'

export type JsonMap = Record<string, unknown>

/** Creates a response with a JSON body. */
export function answer(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): FrontResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', date: new Date().toUTCString(), ...headers },
    body: Buffer.from(JSON.stringify(body)),
  }
}

/** Creates an error response of the Iceberg protocol. */
export const icebergError = (status: number, type: string, message: string): FrontResponse =>
  answer(status, { error: { message, type, code: status } })

/** Applies `edit` to the JSON body of a response. Returns a response without a JSON object unchanged. */
export function editJson(response: FrontResponse, edit: (body: JsonMap) => JsonMap): FrontResponse {
  try {
    const body: unknown = JSON.parse(response.body.toString('utf8'))
    if (typeof body !== 'object' || body === null || Array.isArray(body)) return response
    return { ...response, body: Buffer.from(JSON.stringify(edit({ ...body }))) }
  } catch {
    return response
  }
}

export const isConfig = ({ target }: FrontRequest): boolean => target.startsWith('/v1/config')
export const isToken = ({ target }: FrontRequest): boolean =>
  /^\/(v1\/oauth\/tokens|oauth\/token)/.test(target)
export const isLoad = ({ method, target }: FrontRequest): boolean =>
  method === 'GET' && /\/namespaces\/[^/]+\/tables\/[^/?]+(\?|$)/.test(target)
export const isCreate = ({ method, target }: FrontRequest): boolean =>
  method === 'POST' && /\/namespaces\/[^/]+\/tables(\?|$)/.test(target)
export const isCredentials = ({ target }: FrontRequest): boolean =>
  /\/tables\/[^/]+\/credentials/.test(target)

const toMap = (value: unknown): JsonMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}

/**
 * Applies `edit` to the properties in a load response: to the `config` of the table, and to that of each storage
 * credential.
 */
export function editProperties(body: JsonMap, edit: (config: JsonMap) => JsonMap): JsonMap {
  const credentials = body['storage-credentials']
  return {
    ...body,
    ...(body['config'] === undefined ? {} : { config: edit(toMap(body['config'])) }),
    ...(Array.isArray(credentials)
      ? {
          'storage-credentials': credentials.map((each) => ({
            ...toMap(each),
            config: edit(toMap(toMap(each)['config'])),
          })),
        }
      : {}),
  }
}

/**
 * Creates a rule for the fault-injecting proxy that changes the storage properties in every response, including
 * `getConfig`.
 */
export function propertiesRule(edit: (config: JsonMap) => JsonMap): Rule {
  return {
    response: (response, request) =>
      editJson(response, (body) =>
        isConfig(request)
          ? { ...body, defaults: edit(toMap(body['defaults'])), overrides: edit(toMap(body['overrides'])) }
          : editProperties(body, edit),
      ),
  }
}

/** Returns a function that removes the properties with the given names. */
export const without =
  (...names: readonly string[]) =>
  (config: JsonMap): JsonMap =>
    Object.fromEntries(Object.entries(config).filter(([name]) => !names.includes(name)))

/** Removes the storage keys from a map of properties, with all properties that describe them. */
export const withoutKeys = (config: JsonMap): JsonMap =>
  Object.fromEntries(
    Object.entries(config).filter(
      ([name]) =>
        !/^(s3\.(access-key|secret-access|session-token)|client\.refresh|credentials\.uri)/.test(name),
    ),
  )
