import { AuthError } from '../auth-error.ts'
import { declarable, declarableTypes, parametersOf, valuesOf } from './declarable.ts'

/** What a catalog may choose: types, and for each the values of its parameters. */
export interface Allowance {
  readonly types: readonly string[]
  /** Whether a value of a parameter may be taken. */
  readonly has: (type: string, parameter: string, value: string) => boolean
}

interface Known {
  readonly host: RegExp
  readonly types: (region: string) => Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
}

const REGION = '(?<region>[a-z]{2}(?:-[a-z]+)+-\\d)'

/** The hosts of clouds, which say by themselves what to sign for (`spec/rest-auth-extension.md`, Allowances). */
const known: readonly Known[] = [
  aws('glue', `glue\\.${REGION}\\.amazonaws\\.com`),
  aws('s3tables', `s3tables\\.${REGION}\\.amazonaws\\.com`),
  aws('execute-api', `[a-z0-9-]+\\.execute-api\\.${REGION}\\.amazonaws\\.com`),
  {
    host: new RegExp(`^[a-z0-9.-]+\\.vpc-lattice-svcs\\.${REGION}\\.on\\.aws$`),
    types: (region) => ({
      sigv4: { service: ['vpc-lattice-svcs'], region: [region] },
      sigv4a: { service: ['vpc-lattice-svcs'], 'region-set': [region, '*'] },
    }),
  },
  {
    host: /^biglake\.googleapis\.com$/,
    types: () => ({ google: { scopes: ['https://www.googleapis.com/auth/cloud-platform'] } }),
  },
  {
    host: /^onelake\.table\.fabric\.microsoft\.com$/,
    types: () => ({ entra: { scopes: ['https://storage.azure.com/.default'] } }),
  },
]

function aws(service: string, host: string): Known {
  return {
    host: new RegExp(`^${host}$`),
    types: (region) => ({ sigv4: { service: [service], region: [region] } }),
  }
}

/** Never signed for, whoever allows it: a signature for these makes credentials. */
const neverSignedFor = new Set(['sts', 'iam'])

/**
 * What a catalog may choose: by its host, where that is known, and by the configuration. What is configured
 * restricts the types, and adds values.
 *
 * @param given Values by `type` and `type.parameter`; types alone under the empty name.
 * @throws AuthError for a type or parameter that no catalog could declare.
 */
export function allowanceOf(uri: URL, given: ReadonlyMap<string, string>, prefix: string): Allowance {
  const byHost = uri.protocol === 'https:' && uri.port === '' ? ofHost(uri.hostname) : {}
  const configured = new Map<string, readonly string[]>()
  const types = given.get('')?.split(/[\s,]+/) ?? Object.keys(byHost)
  for (const type of types) refuseUnknownType(type, `${prefix}allowed`)
  for (const [name, value] of given) {
    if (name === '') continue
    const property = `${prefix}allowed.${name}`
    const dot = name.indexOf('.')
    const type = dot === -1 ? name : name.slice(0, dot)
    refuseUnknownType(type, property)
    const parameter = name.slice(type.length + 1)
    if (!(parametersOf(type) ?? []).includes(parameter)) {
      const names = (declarable[type] ?? []).join(', ')
      const fix = names === '' ? 'it has none' : `it has ${names}`
      throw new AuthError('configuration', `${property}: ${type} has no such parameter; ${fix}`, { property })
    }
    const values = value.split(/[\s,]+/).filter((each) => each !== '')
    if (parameter === 'service') refuseDangerous(values, property)
    if (parameter === 'header') for (const header of values) refuseHeader(header, property)
    configured.set(name, values)
  }
  return {
    types,
    has: (type, parameter, value) => {
      const allowed = [
        ...(byHost[type]?.[parameter] ?? []),
        ...(configured.get(`${type}.${parameter}`) ?? []),
      ]
      const values = valuesOf(parameter, value)
      if (parameter === 'region-set') {
        // A set has to hold the region of the host, and may hold others beside it.
        const own = byHost[type]?.['region-set']
        if (own !== undefined && values.some((each) => own.includes(each))) return true
      }
      return values.length > 0 && values.every((each) => allowed.includes(each))
    },
  }
}

function ofHost(host: string): Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> {
  for (const { host: pattern, types } of known) {
    const found = pattern.exec(host)
    if (found !== null) return types(found.groups?.['region'] ?? '')
  }
  return {}
}

function refuseUnknownType(type: string, property: string): void {
  if (parametersOf(type) !== undefined) return
  const fix = `take some of ${declarableTypes.join(', ')}`
  throw new AuthError('configuration', `${property}: a catalog cannot declare the type ${type}; ${fix}`, {
    property,
  })
}

function refuseDangerous(services: readonly string[], property: string): void {
  const service = services.find((each) => neverSignedFor.has(each))
  if (service === undefined) return
  const why = 'a signature for it would make credentials for whoever has it'
  throw new AuthError('configuration', `${property} must not have ${service}: ${why}`, { property })
}

function refuseHeader(header: string, property: string): void {
  if (!/^(authorization|cookie|host|(content-|x-amz-|x-forwarded-|proxy-).*)$/i.test(header)) return
  throw new AuthError('configuration', `${property} must not have ${header}: name a header of its own`, {
    property,
  })
}
