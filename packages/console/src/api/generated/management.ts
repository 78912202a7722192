// Generated from docs/reference/management-openapi.json by `npm run docs`. Do not edit.

import type { Json, OpenEnum } from '../json.ts'

export type AbandonedCreate = {
  readonly id: string
  readonly namespace: readonly string[]
  readonly name: string
  readonly location: string
  readonly prefixes: readonly string[]
  readonly principalId: string
  readonly createdAt: string
  readonly files: number
  readonly bytes: number
  readonly more: boolean
}

export type AccessAnswer = {
  readonly allowed: boolean
  readonly outcome: OpenEnum<'allow' | 'deny' | 'hide'>
  readonly limitedBy: string | null
  readonly forbiddenBy: readonly string[] | null
}

export type AccessCheck = {
  readonly principal?: string | undefined
  readonly engine?: string | undefined
  readonly privilege: Privilege
  readonly on: SecurableName
}

export type AccessExplanation = {
  readonly principal: Party
  readonly engine: Party | null
  readonly privilege: Privilege
  readonly on: SecurableName
  readonly outcome: OpenEnum<'allow' | 'deny' | 'hide'>
  readonly deciding: AccessReason | null
  readonly limitedBy: string | null
  readonly forbiddenBy: readonly string[] | null
  readonly shutOut: OpenEnum<'principal' | 'engine' | 'subject'> | null
  readonly mustBeProven: boolean
  readonly own: readonly Privilege[]
  readonly effective: readonly Privilege[]
  readonly chain: readonly {
    readonly kind: OpenEnum<'server' | 'warehouse' | 'namespace' | 'relation'>
    readonly id: string
    readonly name: string
    readonly owner: { readonly id: string; readonly name: string } | null
    readonly reasons: readonly AccessReason[]
  }[]
  readonly managers: readonly {
    readonly kind: OpenEnum<'principal' | 'role' | 'group'>
    readonly id: string
    readonly name: string | null
    readonly on: string
  }[]
}

export type AccessKey = { readonly accessKeyId: string; readonly createdAt: string }

export type AccessQuestion = {
  readonly principal?: string | undefined
  readonly engine?: string | undefined
  readonly privilege: Privilege
  readonly on: SecurableName
}

export type AccessReason = {
  readonly because: OpenEnum<'owner' | 'grant'>
  readonly privilege: Privilege
  readonly restriction: Restriction | null
  readonly on: {
    readonly kind: OpenEnum<'server' | 'warehouse' | 'namespace' | 'relation'>
    readonly name: string
  }
  readonly to: Grantee
  readonly through: readonly string[]
  readonly grantedAt: string | null
}

export type AuditEvent = {
  readonly id: string
  readonly at: string
  readonly requestId: string
  readonly principal: string
  readonly principalId: string | null
  readonly actors: readonly string[]
  readonly operation: string
  readonly object: string | null
  readonly securableKind: string | null
  readonly securableId: string | null
  readonly privilege: string | null
  readonly outcome: string
  readonly count: number
  readonly reason: string | null
  readonly userAgent: string | null
  readonly queryId: string | null
  readonly detail: Readonly<Record<string, Json>> | null
}

export type Changed = { readonly changed: boolean }

export type ClientFederation = {
  readonly issuer: string
  readonly subject: string
  readonly createdAt: string
}

export type ClientKey = {
  readonly id: string
  readonly jwk: Readonly<Record<string, Json>>
  readonly createdAt: string
}

export type ClientSecret = { readonly clientId: string; readonly clientSecret: string }

export type ConsoleSession = {
  readonly id: string
  readonly principal: Party
  readonly obtainedBy: string
  readonly startedAt: string
  readonly lastSeenAt: string
  readonly endsAt: string
  readonly address: string
  readonly userAgent: string
}

export type DroppedRelation = {
  readonly id: string
  readonly namespace: readonly string[]
  readonly name: string
  readonly kind: OpenEnum<'table' | 'view' | 'lance-table'>
  readonly uuid: string
  readonly location: string
  readonly metadataLocation: string
  readonly ownerId: string
  readonly droppedAt: string
  readonly droppedBy: string | null
  readonly expiresAt: string
  readonly purge: boolean
  readonly purging: boolean
}

export type Engine = {
  readonly id: string
  readonly name: string
  readonly issuer: string
  readonly subject: string
  readonly enabled: boolean
  readonly subjects: readonly SubjectRule[]
  readonly namesIssuer: string | null
  readonly unsignedSubjects: boolean
  readonly assertions: boolean
  readonly makesPrincipals: boolean
  readonly namesAdministrators: boolean
  readonly firstCalls: OpenEnum<'deny' | 'config-only' | 'service'>
  readonly warehouses: readonly string[] | null
  readonly privileges:
    readonly OpenEnum<'use' | 'select' | 'modify' | 'create' | 'manage' | 'administer-storage'>[] | null
  readonly administers: boolean
  readonly refreshes: boolean
  readonly viewChains: boolean
  readonly enforcesRestrictions: boolean
  readonly tokenSeconds: number
  readonly sessionSeconds: number
  readonly createdAt: string
  readonly updatedAt: string
}

export type EngineChange = {
  readonly subjects?: readonly SubjectRule[] | undefined
  readonly namesIssuer?: string | null | undefined
  readonly unsignedSubjects?: boolean | undefined
  readonly assertions?: boolean | undefined
  readonly makesPrincipals?: boolean | undefined
  readonly namesAdministrators?: boolean | undefined
  readonly firstCalls?: OpenEnum<'deny' | 'config-only' | 'service'> | undefined
  readonly warehouses?: readonly string[] | null | undefined
  readonly privileges?:
    | readonly OpenEnum<'use' | 'select' | 'modify' | 'create' | 'manage' | 'administer-storage'>[]
    | null
    | undefined
  readonly administers?: boolean | undefined
  readonly refreshes?: boolean | undefined
  readonly viewChains?: boolean | undefined
  readonly enforcesRestrictions?: boolean | undefined
  readonly tokenSeconds?: number | undefined
  readonly sessionSeconds?: number | undefined
}

export type EngineLimits = {
  readonly name: string
  readonly alone: boolean
  readonly firstCalls: OpenEnum<'deny' | 'config-only' | 'service'>
  readonly warehouses: readonly string[] | null
  readonly privileges: readonly Privilege[]
  readonly administers: boolean
  readonly refreshes: boolean
}

export type ErrorBody = {
  readonly error: { readonly message: string; readonly type: string; readonly code: number }
}

export type FileStorage = {
  readonly type: 'file'
  readonly root: string
  readonly bucket?: string | undefined
  readonly fileMode?: string | undefined
}

export type Finding = { readonly name: string; readonly ok: boolean; readonly message: string }

export type Grant = {
  readonly privilege: Privilege
  readonly restriction?: Restriction | undefined
  readonly on: SecurableName | null
  readonly dropped?: true | undefined
  readonly to: Grantee
  readonly grantedAt: string
}

export type GrantEffect = {
  readonly privilege: Privilege
  readonly gains: readonly Holder[]
  readonly loses: readonly Holder[]
  readonly isComplete: boolean
}

export type GrantRequest = {
  readonly privilege?: Privilege | undefined
  readonly privileges?: readonly Privilege[] | undefined
  readonly rows?: string | undefined
  readonly columns?: readonly string[] | undefined
  readonly on: SecurableName
  readonly to: GranteeName
}

export type Grantee = {
  readonly kind: OpenEnum<'principal' | 'role' | 'group'>
  readonly id: string
  readonly name: string | null
  readonly issuerConfigured?: boolean | undefined
}

export type GranteeName =
  { readonly principal: string } | { readonly role: string } | { readonly group: string }

export type Group = {
  readonly id: string
  readonly issuer: string
  readonly name: string
  readonly members: number
  readonly issuerConfigured: boolean
  readonly createdAt: string
}

export type Holder = {
  readonly id: string
  readonly issuer: string
  readonly subject: string
  readonly name: string
  readonly kind: OpenEnum<'service' | 'user'>
}

export type Issuer = {
  readonly issuer: string
  readonly audiences: readonly string[]
  readonly algorithms: readonly string[]
  readonly actors: readonly string[] | null
  readonly clients: readonly string[] | null
  readonly makesPrincipals: boolean
  readonly introspection: OpenEnum<'opaque' | 'all'> | null
  readonly secondLeg: string | null
  readonly signsInToConsole: boolean
  readonly acceptsLogoutTokens: boolean
  readonly principals: number
  readonly lastLoginAt: string | null
  readonly claims: { readonly at: string; readonly names: Readonly<Record<string, string>> } | null
}

export type Job = {
  readonly id: string
  readonly kind: string
  readonly subjectId: string | null
  readonly state: OpenEnum<'running' | 'due' | 'waiting' | 'done'>
  readonly attempts: number
  readonly createdAt: string
  readonly runAt: string
  readonly finishedAt: string | null
  readonly lastError: string | null
}

export type Key = {
  readonly id: string
  readonly purpose: string
  readonly state: OpenEnum<'added' | 'active' | 'retired'>
  readonly createdAt: string
  readonly promotedAt: string | null
  readonly retiredAt: string | null
  readonly promotableInSeconds: number | null
  readonly sealedByMasterKey: boolean
}

export type MasterKey = {
  readonly fingerprint: string
  readonly previousFingerprint: string | null
  readonly keysToReseal: number
  readonly warehousesToReseal: number
  readonly accessKeysToReseal: number
}

export type MetricsReport = {
  readonly id: string
  readonly at: string
  readonly kind: OpenEnum<'scan' | 'commit'>
  readonly principalId: string
  readonly principal: string | null
  readonly report: Readonly<Record<string, Json>>
}

export type NameMatch = {
  readonly id: string
  readonly kind: OpenEnum<'namespace' | 'table' | 'view' | 'lance-table'>
  readonly warehouse: string
  readonly namespace: readonly string[]
  readonly name: string | null
}

export type Namespace = {
  readonly id: string
  readonly namespace: readonly string[]
  readonly ownerId: string
  readonly owner: string | null
  readonly protected: boolean
  readonly properties: Readonly<Record<string, string>>
}

export type NamespaceLocation = { readonly location: string; readonly grantedAt: string }

export type NamespaceLocationRequest = { readonly namespace: readonly string[]; readonly location: string }

export type NewAccessKey = {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly createdAt: string
}

export type NewUpstream = {
  readonly uri: string
  readonly warehouse?: string | undefined
  readonly identity?: UpstreamIdentity | undefined
  readonly auth?: Readonly<Record<string, string>> | undefined
  readonly authRead?: Readonly<Record<string, string>> | undefined
  readonly credentials?: OpenEnum<'own' | 'relay' | 'pass' | 'none'> | undefined
  readonly dialect?:
    | OpenEnum<
        | 'auto'
        | 'standard'
        | 'glue'
        | 's3tables'
        | 'biglake'
        | 'onelake'
        | 'unity'
        | 'nessie'
        | 'polaris'
        | 'lakekeeper'
      >
    | undefined
  readonly quirks?: UpstreamQuirks | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly limits?:
    | {
        readonly concurrency?: number | undefined
        readonly waiting?: number | undefined
        readonly timeoutMs?: number | undefined
        readonly responseBytes?: number | undefined
      }
    | undefined
  readonly secrets?: Readonly<Record<string, string>> | undefined
  readonly secretsRead?: Readonly<Record<string, string>> | undefined
}

export type NewWarehouse = {
  readonly name: string
  readonly storage?: Storage | undefined
  readonly owner?: string | undefined
  readonly upstream?: NewUpstream | undefined
  readonly allowedLocations?: readonly string[] | undefined
  readonly retentionSeconds?: number | undefined
  readonly defaults?: Readonly<Record<string, string>> | undefined
  readonly overrides?: Readonly<Record<string, string>> | undefined
  readonly vending?: Vending | undefined
  readonly protected?: boolean | undefined
  readonly skipProbe?: boolean | undefined
}

export type OverlappingClaim = {
  readonly kind: OpenEnum<'root' | 'allowed' | 'relation' | 'staged'>
  readonly warehouse: string | null
  readonly location: string | null
  readonly ownerId: string | null
  readonly namespace: readonly string[] | null
  readonly name: string | null
  readonly dropped: boolean | null
}

export type OwnedNamespace = {
  readonly namespace: readonly string[]
  readonly owner: string
  readonly properties?: Readonly<Record<string, string>> | undefined
}

export type Party = {
  readonly id: string
  readonly issuer: string
  readonly subject: string
  readonly name: string
}

export type Principal = {
  readonly id: string
  readonly issuer: string
  readonly subject: string
  readonly name: string
  readonly kind: OpenEnum<'service' | 'user'>
  readonly enabled: boolean
  readonly createdAt: string
}

export type PrincipalRegistration = {
  readonly issuer?: string | undefined
  readonly subject: string
  readonly name?: string | undefined
  readonly allowUnknownIssuer?: boolean | undefined
}

export type Privilege = OpenEnum<'use' | 'select' | 'modify' | 'create' | 'manage' | 'administer-storage'>

export type Protection = {
  readonly namespace?: readonly string[] | undefined
  readonly relation?: string | undefined
  readonly protected: boolean
}

export type Relation = {
  readonly id: string
  readonly namespace: readonly string[]
  readonly name: string
  readonly kind: OpenEnum<'table' | 'view' | 'lance-table'>
  readonly uuid: string
  readonly version: number
  readonly location: string
  readonly metadataLocation: string
  readonly ownerId: string
  readonly owner: string | null
  readonly protected: boolean
}

export type ResealReport = {
  readonly fingerprint: string
  readonly keys: Resealed
  readonly warehouses: Resealed
  readonly accessKeys: Resealed
}

export type Resealed = {
  readonly done: number
  readonly before: number
  readonly unreadable: readonly string[]
}

export type RestoreRequest = {
  readonly namespace?: readonly string[] | undefined
  readonly name?: string | undefined
}

export type Restriction = { readonly rows: string | null; readonly columns: readonly string[] | null }

export type RetiredPlace = {
  readonly location: string
  readonly kind: OpenEnum<'retired' | 'reservation'>
  readonly ownerId: string
  readonly reason: OpenEnum<'files-or-credentials' | 'reservation-ended' | 'static-keys'>
  readonly checkedAgainAt: string | null
}

export type Revocation = {
  readonly namespace?: readonly string[] | undefined
  readonly table?: string | undefined
}

export type Role = {
  readonly id: string
  readonly name: string
  readonly system: boolean
  readonly createdAt: string
}

export type S3Storage = {
  readonly type: 's3'
  readonly bucket: string
  readonly prefix?: string | undefined
  readonly endpoint?: string | undefined
  readonly region?: string | undefined
  readonly store?: string | undefined
  readonly pathStyle?: boolean | undefined
  readonly accessKeyId?: string | undefined
  readonly secretAccessKey?: string | undefined
  readonly sessionToken?: string | undefined
  readonly credentials?: OpenEnum<'default-chain' | 'none'> | undefined
}

export type ScanPlanning = {
  readonly namespace: readonly string[]
  readonly relation: string
  readonly planner: OpenEnum<'client' | 'server'> | null
}

export type SecurableName =
  | 'server'
  | {
      readonly warehouse: string
      readonly namespace?: readonly string[] | undefined
      readonly relation?: string | undefined
    }

export type Storage = FileStorage | S3Storage

export type StorageAccess = {
  readonly id: string
  readonly principal: StorageAccessHolder
  readonly engine: StorageAccessHolder | null
  readonly table: SecurableName | null
  readonly tableId: string
  readonly access: OpenEnum<'read' | 'read-write'>
  readonly mode: string
  readonly keyId: string | null
  readonly issues: number
  readonly firstIssuedAt: string
  readonly lastIssuedAt: string
  readonly validUntil: string
  readonly renewableUntil: string | null
  readonly lastUsedAt: string | null
  readonly state: OpenEnum<'active' | 'revoked' | 'ended'>
  readonly revokedAt: string | null
  readonly endsAt: string
}

export type StorageAccessHolder = {
  readonly id: string
  readonly name: string | null
  readonly issuer: string | null
  readonly subject: string | null
}

export type StorageAccessRevocation = {
  readonly principal?: string | undefined
  readonly engine?: string | undefined
}

export type StorageOverlap = { readonly outer: OverlappingClaim; readonly inner: OverlappingClaim }

export type SubjectRule = {
  readonly issuer: string
  readonly pattern: string
  readonly groups: readonly string[]
}

export type UpstreamChange = {
  readonly uri?: string | undefined
  readonly warehouse?: string | undefined
  readonly identity?: UpstreamIdentity | undefined
  readonly auth?: Readonly<Record<string, string>> | undefined
  readonly authRead?: Readonly<Record<string, string>> | undefined
  readonly credentials?: OpenEnum<'own' | 'relay' | 'pass' | 'none'> | undefined
  readonly dialect?:
    | OpenEnum<
        | 'auto'
        | 'standard'
        | 'glue'
        | 's3tables'
        | 'biglake'
        | 'onelake'
        | 'unity'
        | 'nessie'
        | 'polaris'
        | 'lakekeeper'
      >
    | undefined
  readonly quirks?: UpstreamQuirks | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly limits?:
    | {
        readonly concurrency?: number | undefined
        readonly waiting?: number | undefined
        readonly timeoutMs?: number | undefined
        readonly responseBytes?: number | undefined
      }
    | undefined
  readonly secrets?: Readonly<Record<string, string>> | undefined
  readonly secretsRead?: Readonly<Record<string, string>> | undefined
}

export type UpstreamIdentity = {
  readonly mode: OpenEnum<'service' | 'assert' | 'exchange' | 'forward'>
  readonly audience?: string | undefined
  readonly subject?: OpenEnum<'subject' | 'login'> | undefined
  readonly groups?: boolean | undefined
}

export type UpstreamQuirks = {
  readonly staging?: OpenEnum<'upstream' | 'early'> | undefined
  readonly location?: OpenEnum<'optional' | 'required' | 'refused'> | undefined
  readonly names?: OpenEnum<'any' | 'lower'> | undefined
  readonly purge?: OpenEnum<'requested' | 'always'> | undefined
  readonly transactions?: OpenEnum<'upstream' | 'none'> | undefined
  readonly firstCommit?: OpenEnum<'all' | 'data'> | undefined
}

export type Vending =
  | { readonly mode: 'none' }
  | {
      readonly mode: 'gateway'
      readonly lifetimeSeconds?: number | undefined
      readonly whenNotAsked?: boolean | undefined
      readonly omitEndpointFor?: readonly string[] | undefined
    }
  | { readonly mode: 'remote-signing'; readonly whenNotAsked?: boolean | undefined }
  | {
      readonly mode: 'sts'
      readonly stsEndpoint?: string | undefined
      readonly roleArn?: string | undefined
      readonly externalId?: string | undefined
      readonly identity?: OpenEnum<'keys' | 'server-token' | 'user-token'> | undefined
      readonly kmsKeyArns?: readonly string[] | undefined
      readonly sessionTags?: boolean | undefined
      readonly tokenAudience?: string | undefined
      readonly tokenClaims?: Readonly<Record<string, string>> | undefined
      readonly lifetimeSeconds?: number | undefined
      readonly whenNotAsked?: boolean | undefined
      readonly omitEndpointFor?: readonly string[] | undefined
    }
  | {
      readonly mode: 'static'
      readonly longLivedKeysMayLeaveTheServer: true
      readonly omitEndpointFor?: readonly string[] | undefined
    }

export type Warehouse = {
  readonly id: string
  readonly name: string
  readonly kind: OpenEnum<'managed' | 'upstream'>
  readonly storage: Readonly<Record<string, Json>>
  readonly hasSecret: boolean
  readonly allowedLocations: readonly string[]
  readonly retentionSeconds: number
  readonly defaults: Readonly<Record<string, string>>
  readonly overrides: Readonly<Record<string, string>>
  readonly vending: Readonly<Record<string, Json>>
  readonly protected: boolean
  readonly upstream: Readonly<Record<string, Json>> | null
  readonly hasUpstreamSecret: boolean
  readonly notBefore: string
  readonly ownerId: string
  readonly owner: string | null
  readonly version: number
  readonly createdAt: string
  readonly updatedAt: string
}

export type WarehouseChange = {
  readonly store?: string | null | undefined
  readonly storageKeys?:
    | {
        readonly accessKeyId?: string | undefined
        readonly secretAccessKey?: string | undefined
        readonly sessionToken?: string | undefined
      }
    | undefined
  readonly fileMode?: string | undefined
  readonly upstream?: UpstreamChange | undefined
  readonly allowedLocations?: readonly string[] | undefined
  readonly retentionSeconds?: number | undefined
  readonly defaults?: Readonly<Record<string, string>> | undefined
  readonly overrides?: Readonly<Record<string, string>> | undefined
  readonly vending?: Vending | undefined
  readonly protected?: boolean | undefined
  readonly skipProbe?: boolean | undefined
}

export type WarehouseCheck = {
  readonly ok: boolean
  readonly findings: readonly Finding[]
  readonly clientEndpoint: string | null
}

export type WarehouseName = {
  readonly id: string
  readonly name: string
  readonly kind: OpenEnum<'managed' | 'upstream'>
  readonly protected: boolean
  readonly location: string | null
  readonly vending: string | null
}

export type CheckAccessResponse = { readonly results: readonly AccessAnswer[] }

export type WhoCanResponse = { readonly principals: readonly Holder[]; readonly nextPageToken: string | null }

export type QueryAuditResponse = {
  readonly events: readonly AuditEvent[]
  readonly nextPageToken: string | null
}

export type ExplainEventResponse = {
  readonly event: AuditEvent
  readonly now: AccessExplanation | null
  readonly unexplained: OpenEnum<
    'not-identified' | 'principal-removed' | 'no-object' | 'object-removed' | 'no-privilege'
  > | null
  readonly claimedIssuerConfigured: boolean | null
  readonly changes: readonly AuditEvent[]
}

export type CreateConsoleCodeResponse = { readonly code: string; readonly expiresAt: string }

export type ListConsoleSessionsResponse = {
  readonly sessions: readonly ConsoleSession[]
  readonly nextPageToken: string | null
}

export type ListEnginesResponse = {
  readonly engines: readonly Engine[]
  readonly nextPageToken: string | null
}

export type ListGrantsResponse = { readonly grants: readonly Grant[]; readonly nextPageToken: string | null }

export type PreviewGrantResponse = { readonly effects: readonly GrantEffect[] }

export type ListGroupsResponse = { readonly groups: readonly Group[]; readonly nextPageToken: string | null }

export type ListIssuersResponse = { readonly issuers: readonly Issuer[] }

export type ListJobsResponse = { readonly jobs: readonly Job[]; readonly nextPageToken: string | null }

export type ListKeysResponse = { readonly keys: readonly Key[]; readonly masterKey: MasterKey }

export type CreatePrincipalResponse = { readonly principal: Principal; readonly secret: ClientSecret }

export type ListPrincipalsResponse = {
  readonly principals: readonly Principal[]
  readonly nextPageToken: string | null
}

export type GetPrincipalResponse = {
  readonly principal: Principal
  readonly secrets: readonly { readonly createdAt: string }[]
}

export type ListAccessKeysResponse = { readonly accessKeys: readonly AccessKey[] }

export type ListClientFederationsResponse = { readonly federations: readonly ClientFederation[] }

export type ListClientKeysResponse = { readonly keys: readonly ClientKey[] }

export type ListRolesResponse = { readonly roles: readonly Role[]; readonly nextPageToken: string | null }

export type ListRoleMembersResponse = {
  readonly members: readonly Grantee[]
  readonly nextPageToken: string | null
}

export type SearchNamesResponse = { readonly matches: readonly NameMatch[]; readonly more: boolean }

export type ListStorageAccessResponse = {
  readonly access: readonly StorageAccess[]
  readonly completeUntil: string
  readonly gaps: readonly { readonly from: string; readonly until: string }[]
  readonly nextPageToken: string | null
}

export type RevokeStorageAccessResponse = { readonly notBefore: string }

export type ListWarehousesResponse = {
  readonly warehouses: readonly WarehouseName[]
  readonly nextPageToken: string | null
}

export type CountObjectsResponse = {
  readonly namespaces: number
  readonly tables: number
  readonly views: number
  readonly lanceTables: number
  readonly complete: boolean
}

export type ListDroppedResponse = {
  readonly dropped: readonly DroppedRelation[]
  readonly nextPageToken: string | null
}

export type RestoreDroppedResponse = {
  readonly id: string
  readonly namespace: readonly string[]
  readonly name: string
}

export type ListNamespaceLocationsResponse = {
  readonly locations: readonly NamespaceLocation[]
  readonly nextPageToken: string | null
}

export type ListAbandonedCreatesResponse = {
  readonly orphans: readonly AbandonedCreate[]
  readonly nextPageToken: string | null
}

export type ClearAbandonedCreateResponse = { readonly deleted: number; readonly done: boolean }

export type ListStorageOverlapsResponse = {
  readonly overlaps: readonly StorageOverlap[]
  readonly nextPageToken: string | null
}

export type ListRelationHistoryResponse = {
  readonly events: readonly AuditEvent[]
  readonly nextPageToken: string | null
}

export type ListMetricsReportsResponse = {
  readonly reports: readonly MetricsReport[]
  readonly nextPageToken: string | null
}

export type ListRetiredPlacesResponse = {
  readonly places: readonly RetiredPlace[]
  readonly nextPageToken: string | null
}

export type ReleaseRetiredPlacesResponse = { readonly released: number }

export type RevokeAccessResponse = { readonly notBefore: string }

export type WhoAmIResponse = {
  readonly principal: Party
  readonly actors: readonly Party[]
  readonly method: OpenEnum<
    | 'client-secret'
    | 'client-key'
    | 'client-federation'
    | 'access-key'
    | 'session-token'
    | 'external-token'
    | 'assertion'
    | 'statement'
    | 'anonymous'
  >
  readonly obtainedBy: OpenEnum<
    | 'client-secret'
    | 'client-key'
    | 'client-federation'
    | 'access-key'
    | 'session-token'
    | 'external-token'
    | 'assertion'
    | 'statement'
    | 'anonymous'
  >
  readonly authenticatedAt: string | null
  readonly expiresAt: string | null
  readonly sessionEndsAt: string | null
  readonly queryId: string | null
  readonly login: string | null
  readonly groups: readonly string[]
  readonly roles: readonly {
    readonly id: string
    readonly name: string
    readonly through: readonly string[]
  }[]
  readonly administrator: boolean
  readonly limits: EngineLimits | null
}
