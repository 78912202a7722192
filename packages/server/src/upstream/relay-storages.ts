import { HeadgateError, isHeadgateError } from '@headgate/errors'
import {
  type EndpointGuard,
  isLoopback,
  ManyPlaces,
  parseLocation,
  parseStorageProfile,
  s3Capabilities,
  type Storage,
  StorageOnDemand,
  StorageRegistry,
} from '@headgate/storage'
import { parseUpstreamProfile } from './profile.ts'
import type { KeyRequest, RemoteKeys } from './remote-keys.ts'
import { credentialFor, type VendedKeys } from './vended-keys.ts'

/** Maximum number of open storages. Each storage uses the keys of one table. */
const maxStorages = 1_000
/** Time in ms for which requests in progress may still use a storage whose keys were replaced. */
const graceMs = 300_000

/**
 * Opens the storage of tables in upstream warehouses for the storage gateway, which accesses it with
 * credentials of the upstream catalog (credential mode `relay`). These credentials never leave this server.
 */
export class RelayStorages implements AsyncDisposable {
  readonly #keys: RemoteKeys
  readonly #guard: EndpointGuard
  readonly #registry: StorageRegistry
  /** Running and completed checks of the storage endpoints that vended credentials name. */
  readonly #checks = new WeakMap<VendedKeys, Promise<void>>()

  constructor(keys: RemoteKeys, guard: EndpointGuard) {
    this.#keys = keys
    this.#guard = guard
    this.#registry = new StorageRegistry({ guard, max: maxStorages, grace: graceMs })
  }

  /**
   * Returns a storage for the locations of a table. The storage requests its credentials from the upstream
   * catalog on first use.
   */
  open(request: KeyRequest): Storage {
    return new StorageOnDemand({
      scheme: 's3',
      capabilities: s3Capabilities,
      open: async () => {
        const keys = await this.#keys.get(request)
        return {
          storage: await this.openWith(request, keys),
          discard: () => this.#keys.discard(request, keys),
        }
      },
    })
  }

  /**
   * Opens the locations of a table with credentials that the upstream catalog vended.
   *
   * @throws HeadgateError `forbidden` when the credentials name an endpoint to which this server may not
   *   connect, `bad-gateway` when they are unusable
   */
  async openWith(request: KeyRequest, keys: VendedKeys): Promise<Storage> {
    const checked = this.#checks.get(keys) ?? this.#checkEndpoints(request, keys)
    this.#checks.set(keys, checked)
    await checked
    const { warehouse, table, permission, prefixes } = request
    const opened = await Promise.all(
      prefixes.map(async (place) => ({
        place,
        storage: await this.#registry.open({
          id: `${warehouse.id} ${table.id} ${permission} ${place}`,
          version: keys.id,
          profile: toProfile(keys, place),
        }),
      })),
    )
    const [first, ...others] = opened
    if (first === undefined) throw new Error('a gateway session must have at least one prefix')
    return others.length === 0 ? first.storage : new ManyPlaces(first, others)
  }

  async #checkEndpoints({ warehouse }: KeyRequest, { credentials }: VendedKeys): Promise<void> {
    // Only administrators of the server can configure an upstream catalog on the loopback interface. Such a
    // catalog may also use a storage on the loopback interface.
    const { uri } = parseUpstreamProfile(warehouse.upstream ?? {})
    const mayUseLoopback = isLoopback(new URL(uri).hostname)
    for (const endpoint of new Set(credentials.map(({ config }) => config['s3.endpoint']))) {
      if (endpoint === undefined) continue
      try {
        if (!/^https?:\/\/./.test(endpoint)) throw new Error('the endpoint is not an http or https URL')
        await this.#guard.check('s3.endpoint', endpoint, { mayUseLoopback })
      } catch (cause) {
        throw new HeadgateError(
          'forbidden',
          `The upstream of warehouse ${warehouse.name} returned a storage endpoint that this server may not use: an administrator can see the reason with headgate warehouse check.`,
          { cause },
        )
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#registry[Symbol.asyncDispose]()
  }
}

function toProfile(keys: VendedKeys, place: string): ReturnType<typeof parseStorageProfile> {
  const config = credentialFor(keys, place)?.config
  const { bucket, key } = parseLocation(place)
  if (config?.['s3.access-key-id'] === undefined)
    throw new HeadgateError(
      'bad-gateway',
      'The upstream returned no S3 credentials for the location of the table.',
    )
  const pathStyle = config['s3.path-style-access']
  try {
    return parseStorageProfile({
      type: 's3',
      bucket,
      prefix: key,
      region: config['client.region'] ?? config['s3.region'] ?? 'us-east-1',
      endpoint: config['s3.endpoint'],
      pathStyle: pathStyle === undefined ? undefined : pathStyle === 'true',
      accessKeyId: config['s3.access-key-id'],
      secretAccessKey: config['s3.secret-access-key'],
      sessionToken: config['s3.session-token'],
    })
  } catch (cause) {
    if (!isHeadgateError(cause)) throw cause
    throw new HeadgateError('bad-gateway', 'The upstream returned unusable S3 credentials.', { cause })
  }
}
