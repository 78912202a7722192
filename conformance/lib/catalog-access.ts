/** How clients prove themselves to a catalog. */
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

/** Where a warehouse keeps its files, and how clients that are not given credentials reach them. */
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

/** All that a client needs to use one warehouse of an Iceberg REST catalog. */
export interface CatalogAccess {
  /** Base URI, to which clients add `/v1/…`. */
  readonly uri: string
  /** Value of `GET /v1/config?warehouse=`; undefined when the server has only one. */
  readonly warehouse: string | undefined
  readonly auth: CatalogAuth
  readonly storage: WarehouseStorage
}

/** The same as properties of Iceberg's own REST client (Java and Python use these names). */
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
