/** Authentication of clients at a catalog. */
export type CatalogAuth =
  | { readonly kind: 'none' }
  | { readonly kind: 'token'; readonly token: string }
  | {
      readonly kind: 'credential'
      /** `client id:client secret` */
      readonly credential: string
      readonly scope: string
      readonly tokenUri: string
    }

/** Location of a warehouse's files, with keys for clients that do not use issued credentials. */
export type WarehouseStorage =
  | {
      readonly kind: 'file'
      /** Absolute folder. */ readonly root: string
    }
  | {
      readonly kind: 's3'
      readonly endpoint: string
      readonly region: string
      readonly accessKeyId: string
      readonly secretAccessKey: string
      /** `s3://bucket/prefix` */
      readonly root: string
    }

export type StorageKind = WarehouseStorage['kind']

/** Values that a client needs to use one warehouse of an Iceberg REST catalog. */
export interface CatalogAccess {
  /** Base URI, to which clients add `/v1/…`. */
  readonly uri: string
  /** Value of the parameter `warehouse` of `GET /v1/config`. Undefined if the server has only one warehouse. */
  readonly warehouse: string | undefined
  readonly auth: CatalogAuth
  readonly storage: WarehouseStorage
}

/**
 * Converts the access values into properties of Iceberg's REST clients. The Java and Python clients use the same names.
 */
export function clientProperties(access: CatalogAccess): Record<string, string> {
  const { auth, storage, warehouse } = access
  return {
    uri: access.uri,
    ...(warehouse === undefined ? {} : { warehouse }),
    ...(auth.kind === 'token' ? { token: auth.token } : {}),
    ...(auth.kind === 'credential'
      ? { credential: auth.credential, scope: auth.scope, 'oauth2-server-uri': auth.tokenUri }
      : {}),
    ...(storage.kind === 's3'
      ? {
          's3.endpoint': storage.endpoint,
          's3.path-style-access': 'true',
          's3.access-key-id': storage.accessKeyId,
          's3.secret-access-key': storage.secretAccessKey,
          'client.region': storage.region,
        }
      : {}),
  }
}
