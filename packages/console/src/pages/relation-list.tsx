import type { VNode } from 'preact'
import { type IdentifierPage, toObjectPlace, useCatalog } from '../api/catalog.ts'
import { nextCatalogToken, usePages } from '../api/use-pages.ts'
import { Link } from '../router.tsx'
import { t } from '../text.ts'
import { Icon } from '../ui/icons.tsx'
import { Rows } from '../ui/rows.tsx'
import { Empty, Shown } from '../ui/states.tsx'

interface RelationListProps {
  readonly warehouse: string
  readonly namespace: readonly string[]
  readonly kind: 'tables' | 'views'
}

/** Lists the tables or views of a namespace. */
export function RelationList(props: RelationListProps): VNode {
  const catalog = useCatalog(props.warehouse)
  return (
    <Shown of={catalog}>
      {(paths) => <Loaded path={paths.relations(props.namespace, props.kind)} {...props} />}
    </Shown>
  )
}

function Loaded({ path, warehouse, namespace, kind }: RelationListProps & { readonly path: string }): VNode {
  const rows = usePages<{ readonly name: string }, IdentifierPage>(
    path,
    (page) => page.identifiers,
    nextCatalogToken,
  )
  const one = kind === 'tables' ? 'table' : 'view'
  return (
    <Rows
      rows={rows}
      label={kind === 'tables' ? t('Tables') : t('Views')}
      toKey={({ name }) => name}
      empty={<Empty title={kind === 'tables' ? t('No tables here') : t('No views here')} />}
    >
      {({ name }) => (
        <>
          <Icon name={one} />
          <Link to={toObjectPlace(warehouse, namespace, { kind: one, name })}>{name}</Link>
        </>
      )}
    </Rows>
  )
}
