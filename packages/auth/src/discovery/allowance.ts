import { AuthError } from '../auth-error.ts'
import { declarableParameters, declarableTypes, findParameters, splitValues } from './declarable.ts'

/** Authentication types and parameter values that the configuration of the client permits a catalog to choose. */
export interface Allowance {
  readonly types: readonly string[]
  /** Returns whether a catalog may choose this value for a parameter of a type. */
  readonly permits: (type: string, parameter: string, value: string) => boolean
}

/** Permitted values, by authentication type and parameter. */
type PermittedValues = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>

interface KnownHost {
  readonly pattern: RegExp
  readonly permittedIn: (region: string) => PermittedValues
}

const REGION = '(?<region>[a-z]{2}(?:-[a-z]+)+-\\d)'

/**
 * Hosts of cloud services, each with the authentication types and values that it may choose without configuration of
 * the client (`spec/rest-auth-extension.md`, Allowances).
 */
const knownHosts: readonly KnownHost[] = [
  awsHost('glue', `glue\\.${REGION}\\.amazonaws\\.com`),
  awsHost('s3tables', `s3tables\\.${REGION}\\.amazonaws\\.com`),
  awsHost('execute-api', `[a-z0-9-]+\\.execute-api\\.${REGION}\\.amazonaws\\.com`),
  {
    pattern: new RegExp(`^[a-z0-9.-]+\\.vpc-lattice-svcs\\.${REGION}\\.on\\.aws$`),
    permittedIn: (region) => ({
      sigv4: { service: ['vpc-lattice-svcs'], region: [region] },
      sigv4a: { service: ['vpc-lattice-svcs'], 'region-set': [region, '*'] },
    }),
  },
  {
    pattern: /^biglake\.googleapis\.com$/,
    permittedIn: () => ({ google: { scopes: ['https://www.googleapis.com/auth/cloud-platform'] } }),
  },
  {
    pattern: /^onelake\.table\.fabric\.microsoft\.com$/,
    permittedIn: () => ({ entra: { scopes: ['https://storage.azure.com/.default'] } }),
  },
]

function awsHost(service: string, pattern: string): KnownHost {
  return {
    pattern: new RegExp(`^${pattern}$`),
    permittedIn: (region) => ({ sigv4: { service: [service], region: [region] } }),
  }
}

/**
 * AWS services that no configuration can allow, because a request that is signed for such a service can create
 * credentials.
 */
const forbiddenServices = new Set(['sts', 'iam'])

/**
 * Creates the allowance of a catalog: the authentication types and parameter values that the catalog may choose. The
 * values come from the configuration and, for known hosts, from built-in rules. Configured types replace the built-in
 * types. Configured values are permitted in addition to the built-in values.
 *
 * @param settings configured values by `type.parameter`. The empty name contains the configured types
 * @throws {AuthError} configuration, for a type, parameter or value that a catalog may never declare
 */
export function createAllowance(uri: URL, settings: ReadonlyMap<string, string>, prefix: string): Allowance {
  const byHost = uri.protocol === 'https:' && uri.port === '' ? findByHost(uri.hostname) : {}
  const configured = new Map<string, readonly string[]>()
  const types = settings.get('')?.split(/[\s,]+/) ?? Object.keys(byHost)
  for (const type of types) refuseUnknownType(type, `${prefix}allowed`)
  for (const [name, value] of settings) {
    if (name === '') continue
    const property = `${prefix}allowed.${name}`
    const dot = name.indexOf('.')
    const type = dot === -1 ? name : name.slice(0, dot)
    refuseUnknownType(type, property)
    const parameter = name.slice(type.length + 1)
    if (!(findParameters(type) ?? []).includes(parameter)) {
      const names = (declarableParameters[type] ?? []).join(', ')
      const fix = names === '' ? 'it has no parameters' : `use one of ${names}`
      throw new AuthError('configuration', `${property}: ${type} has no such parameter: ${fix}`, { property })
    }
    const values = value.split(/[\s,]+/).filter((each) => each !== '')
    if (parameter === 'service') refuseForbiddenService(values, property)
    if (parameter === 'header') for (const header of values) refuseForbiddenHeader(header, property)
    configured.set(name, values)
  }
  return {
    types,
    permits: (type, parameter, value) => {
      const allowed = [
        ...(byHost[type]?.[parameter] ?? []),
        ...(configured.get(`${type}.${parameter}`) ?? []),
      ]
      const values = splitValues(parameter, value)
      if (parameter === 'region-set') {
        // A region set that contains the region of the catalog host is permitted, even if it also contains other
        // regions.
        const regionsOfHost = byHost[type]?.['region-set']
        if (regionsOfHost !== undefined && values.some((each) => regionsOfHost.includes(each))) return true
      }
      return values.length > 0 && values.every((each) => allowed.includes(each))
    },
  }
}

function findByHost(host: string): PermittedValues {
  for (const { pattern, permittedIn } of knownHosts) {
    const match = pattern.exec(host)
    if (match !== null) return permittedIn(match.groups?.['region'] ?? '')
  }
  return {}
}

function refuseUnknownType(type: string, property: string): void {
  if (findParameters(type) !== undefined) return
  const fix = `use one or more of ${declarableTypes.join(', ')}`
  throw new AuthError('configuration', `${property}: a catalog cannot declare the type ${type}: ${fix}`, {
    property,
  })
}

function refuseForbiddenService(services: readonly string[], property: string): void {
  const service = services.find((each) => forbiddenServices.has(each))
  if (service === undefined) return
  const reason = 'a request that is signed for this service creates credentials. Remove it'
  throw new AuthError('configuration', `${property} must not contain ${service}: ${reason}`, { property })
}

function refuseForbiddenHeader(header: string, property: string): void {
  if (!/^(authorization|cookie|host|(content-|x-amz-|x-forwarded-|proxy-).*)$/i.test(header)) return
  const fix = 'this header has another purpose. Name a header that contains only the API key'
  throw new AuthError('configuration', `${property} must not contain ${header}: ${fix}`, { property })
}
