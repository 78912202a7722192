import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { matchPath, usePlace } from './router.tsx'
import { t } from './text.ts'
import { Page } from './ui/page.tsx'
import { Empty, ErrorNote, Skeleton } from './ui/states.tsx'

type Params = Readonly<Record<string, string>>
type Show = (params: Params) => VNode

interface Route {
  readonly pattern: string
  /** Imports the module of the page and returns its component. */
  readonly load: () => Promise<Show>
}

const routes: readonly Route[] = [
  { pattern: '/', load: async () => (await import('./pages/warehouses.tsx')).WarehousesPage },
  {
    pattern: '/w/:warehouse',
    load: async () => {
      const { WarehousePage } = await import('./pages/warehouse.tsx')
      return ({ warehouse = '' }) => <WarehousePage warehouse={warehouse} />
    },
  },
  {
    pattern: '/w/:warehouse/n/:namespace',
    load: async () => {
      const { NamespacePage } = await import('./pages/namespace.tsx')
      return ({ warehouse = '', namespace = '' }) => (
        <NamespacePage warehouse={warehouse} namespace={namespace} />
      )
    },
  },
  {
    pattern: '/w/:warehouse/n/:namespace/t/:table',
    load: async () => {
      const { TablePage } = await import('./pages/table.tsx')
      return ({ warehouse = '', namespace = '', table = '' }) => (
        <TablePage warehouse={warehouse} namespace={namespace} table={table} />
      )
    },
  },
  {
    pattern: '/w/:warehouse/n/:namespace/v/:view',
    load: async () => {
      const { ViewPage } = await import('./pages/view.tsx')
      return ({ warehouse = '', namespace = '', view = '' }) => (
        <ViewPage warehouse={warehouse} namespace={namespace} view={view} />
      )
    },
  },
  { pattern: '/principals', load: async () => (await import('./pages/principals.tsx')).PrincipalsPage },
  {
    pattern: '/principals/:principal',
    load: async () => {
      const { PrincipalPage } = await import('./pages/principal.tsx')
      return ({ principal = '' }) => <PrincipalPage principal={principal} />
    },
  },
  { pattern: '/roles', load: async () => (await import('./pages/roles.tsx')).RolesPage },
  {
    pattern: '/roles/:role',
    load: async () => {
      const { RolePage } = await import('./pages/roles.tsx')
      return ({ role = '' }) => <RolePage role={role} />
    },
  },
  { pattern: '/engines', load: async () => (await import('./pages/engines.tsx')).EnginesPage },
  {
    pattern: '/engines/:engine',
    load: async () => {
      const { EnginePage } = await import('./pages/engines.tsx')
      return ({ engine = '' }) => <EnginePage engine={engine} />
    },
  },
  { pattern: '/groups', load: async () => (await import('./pages/groups.tsx')).GroupsPage },
  { pattern: '/issuers', load: async () => (await import('./pages/issuers.tsx')).IssuersPage },
  { pattern: '/health', load: async () => (await import('./pages/health.tsx')).HealthPage },
  { pattern: '/jobs', load: async () => (await import('./pages/jobs.tsx')).JobsPage },
  { pattern: '/keys', load: async () => (await import('./pages/keys.tsx')).KeysPage },
  { pattern: '/search', load: async () => (await import('./pages/search.tsx')).SearchPage },
  { pattern: '/explain', load: async () => (await import('./pages/explain.tsx')).ExplainPage },
  { pattern: '/audit', load: async () => (await import('./pages/audit.tsx')).AuditPage },
  {
    pattern: '/audit/:event',
    load: async () => {
      const { AuditEventPage } = await import('./pages/audit-event.tsx')
      return ({ event = '' }) => <AuditEventPage event={event} />
    },
  },
  { pattern: '/credentials', load: async () => (await import('./pages/credentials.tsx')).CredentialsPage },
  { pattern: '/sessions', load: async () => (await import('./pages/sessions.tsx')).SessionsPage },
]

/** Components of the pages whose modules are loaded, keyed by route. */
const shown = new Map<Route, Show>()

/** Shows the page that belongs to the current URL. Loads the module of a page when it is shown for the first time. */
export function Pages(): VNode {
  const { path } = usePlace()
  const [route, params] = findRoute(path)
  if (route === undefined)
    return (
      <Page title={t('There is no such page')}>
        <Empty title={t('Nothing is at this address')}>{t('Choose a page in the menu.')}</Empty>
      </Page>
    )
  return <Lazy key={path} route={route} params={params} />
}

function findRoute(path: string): readonly [Route | undefined, Params] {
  for (const route of routes) {
    const params = matchPath(route.pattern, path)
    if (params !== null) return [route, params]
  }
  return [undefined, {}]
}

function Lazy({ route, params }: { readonly route: Route; readonly params: Params }): VNode {
  const [error, setError] = useState<Error | null>(null)
  const [, render] = useState(0)
  const show = shown.get(route)
  useEffect(() => {
    if (show !== undefined) return
    void loadPage(route).then((isLoaded) =>
      isLoaded
        ? render((count) => count + 1)
        : setError(new Error(t('A part of the console could not be loaded. Load the page again.'))),
    )
  }, [route])
  if (show !== undefined) return show(params)
  return (
    <main class="page" id="content">
      {error === null ? <Skeleton /> : <ErrorNote error={error} onRetry={() => location.reload()} />}
    </main>
  )
}

/** Loads the module of a page. Returns false if it cannot be loaded, for example because the server was updated. */
async function loadPage(route: Route): Promise<boolean> {
  try {
    shown.set(route, await route.load())
    return true
  } catch {
    return false
  }
}
