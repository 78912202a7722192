/** Method by which clients authenticate at a catalog. */
export type CatalogAuth =
  | { readonly kind: 'none' }
  | { readonly kind: 'token'; readonly token: string }
  | {
      readonly kind: 'credential'
      /** Credential in the form `CLIENT_ID:CLIENT_SECRET`. */
      readonly credential: string
      readonly scope: string
      readonly tokenUri: string
    }

/** Location of the files of a warehouse, and storage keys for clients that do not use vended credentials. */
export type WarehouseStorage =
  | {
      readonly kind: 'file'
      /** Absolute path of the folder. */
      readonly root: string
    }
  | {
      readonly kind: 's3'
      readonly endpoint: string
      readonly region: string
      readonly accessKeyId: string
      readonly secretAccessKey: string
      /** Location in the form `s3://bucket/prefix`. */
      readonly root: string
    }

export type StorageKind = WarehouseStorage['kind']

/** Values that a client needs to connect to one warehouse of an Iceberg REST catalog. */
export interface CatalogAccess {
  /** Base URI of the catalog, to which clients append `/v1/…`. */
  readonly uri: string
  /** Value of the parameter `warehouse` of `GET /v1/config`. Undefined if the catalog has only one warehouse. */
  readonly warehouse: string | undefined
  readonly auth: CatalogAuth
  readonly storage: WarehouseStorage
}

/** Converts the values to properties of Iceberg's REST clients, which the Java and Python clients share. */
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
