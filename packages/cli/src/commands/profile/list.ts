import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { table } from '../../output/table.ts'
import { withProfiles } from './with-profiles.ts'

export function registerList(group: Command, io: Io): void {
  group
    .command('list')
    .description('Lists the profiles. The profile that commands use without --profile has a star.')
    .action(
      withProfiles(io, ({ out, current, profiles }) => {
        const rows = Object.entries(profiles)
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, { url, warehouse = null, login = null, credentialFile = null }]) => ({
            name,
            current: name === current,
            url,
            warehouse,
            login,
            credentialFile,
          }))
        out.result({ json: { profiles: rows } }, (paint) =>
          table(paint, rows, [
            { heading: '', cell: (row) => (row.current ? '*' : '') },
            { heading: 'name', cell: (row) => row.name },
            { heading: 'url', cell: (row) => row.url },
            { heading: 'warehouse', cell: (row) => row.warehouse },
            { heading: 'login', cell: (row) => row.login },
            { heading: 'credential file', cell: (row) => row.credentialFile },
          ]),
        )
        if (rows.length === 0) out.note('There are no profiles. `headgate profile set` creates one.')
        return Promise.resolve()
      }),
    )
}
