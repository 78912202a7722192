import type { KeyRing } from '../../keys/key-ring.ts'
import { mintS3Session } from '../s3-session.ts'
import type { StorageAccess, Vendor, VendRequest } from '../vendor.ts'

export interface GatewayVendorOptions {
  readonly ring: KeyRing
  /** Where clients reach the S3 endpoint, without trailing slash; asked at each minting, as its port may be free. */
  readonly endpoint: () => string
  /** The region that clients sign for. */
  readonly region: string
  /** Epoch ms. */
  readonly now?: () => number
}

/** Keys for Headgate's own S3 endpoint, which opens them again: nothing is stored and nobody is asked. */
export class GatewayVendor implements Vendor {
  readonly #options: GatewayVendorOptions

  constructor(options: GatewayVendorOptions) {
    this.#options = options
  }

  vend(request: VendRequest): Promise<StorageAccess> {
    const { ring, endpoint, region, now = Date.now } = this.#options
    const { warehouse, relation, scope, bearer, notAfter } = request
    const keys = mintS3Session(ring, {
      warehouseId: warehouse.id,
      relationId: relation.id,
      staged: relation.staged,
      prefixes: scope.prefixes,
      access: scope.access,
      principal: bearer.principal,
      actor: bearer.actor,
      sessionBegan: bearer.issuedAt,
      ...(bearer.through === undefined || bearer.through.length === 0 ? {} : { through: bearer.through }),
      ...(bearer.queryId === undefined ? {} : { queryId: bearer.queryId }),
      issuedAt: now(),
      expiresAt: notAfter,
    })
    return Promise.resolve({
      config: {
        's3.access-key-id': keys.accessKeyId,
        's3.secret-access-key': keys.secretAccessKey,
        's3.session-token': keys.sessionToken,
        's3.session-token-expires-at-ms': String(notAfter),
        'client.region': region,
        's3.endpoint': endpoint(),
        's3.path-style-access': 'true',
      },
      expiresAt: notAfter,
    })
  }
}
