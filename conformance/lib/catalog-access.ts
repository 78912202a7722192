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

/** Location of a warehouse's files, and the access of clients without issued credentials. */
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
  /** Value of `GET /v1/config?warehouse=`; undefined when the server has only one. */
  readonly warehouse: string | undefined
  readonly auth: CatalogAuth
  readonly storage: WarehouseStorage
}

/** Converts the access into properties of Iceberg's REST client. Java and Python use the same names. */
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
