import type { VNode } from 'preact'
import { toObjectPlace } from '../api/catalog.ts'
import type { ListWarehousesResponse, WarehouseName } from '../api/generated/management.ts'
import { useGet } from '../api/use-get.ts'
import { Link } from '../router.tsx'
import { t } from '../text.ts'
import { Icon } from '../ui/icons.tsx'
import { Page } from '../ui/page.tsx'
import { Badge } from '../ui/small.tsx'
import { Empty, Shown } from '../ui/states.tsx'

/** Page that lists the warehouses that the user may see. */
export function WarehousesPage(): VNode {
  const loaded = useGet<ListWarehousesResponse>('management/v1/warehouses?pageSize=1000')
  return (
    <Page title={t('Warehouses')} about={t('Each warehouse has its own namespaces, storage and grants.')}>
      <Shown of={loaded}>
        {({ warehouses }) =>
          warehouses.length === 0 ? (
            <Empty title={t('You cannot see a warehouse yet')}>
              {t('Create one with "headgate warehouse create", or ask an administrator for a grant.')}
            </Empty>
          ) : (
            <ul class="cards">
              {warehouses.map((warehouse) => (
                <Card key={warehouse.id} warehouse={warehouse} />
              ))}
            </ul>
          )
        }
      </Shown>
    </Page>
  )
}

function Card({ warehouse }: { readonly warehouse: WarehouseName }): VNode {
  const { name, kind, location, vending } = warehouse
  return (
    <li class="card">
      <h2>
        <Icon name="warehouse" />
        <Link to={toObjectPlace(name)}>{name}</Link>
      </h2>
      {location !== null && <p class="mono muted">{location}</p>}
      <p class="badges">
        <Badge>{kind === 'upstream' ? t('upstream') : t('managed')}</Badge>
        {vending !== null && <Badge>{t('credentials: {mode}', { mode: vending })}</Badge>}
        {warehouse.protected && <Badge>{t('protected')}</Badge>}
      </p>
    </li>
  )
}
