import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { registerGive } from './give.ts'
import { registerList } from './list.ts'
import { registerWho } from './who.ts'

export function registerGrants(program: Command, io: Io): void {
  const group = program
    .command('grant')
    .description('Grants of privileges on objects.')
    .addHelpText('afterAll', objectHelp)
  registerGive(group, io)
  registerList(group, io)
  registerWho(group, io)
}

/** Text at the end of the help of every `headgate grant` command. */
const objectHelp = `
Objects are written
  server
  warehouse:lakehouse
  namespace:lakehouse/sales.eu
  table:lakehouse/sales.eu.orders      also view:…

Without "lakehouse/", the object is in the warehouse of --warehouse. A name that contains a dot, a slash or a double quote
is enclosed in double quotes, and quotes inside are doubled. Enclose such arguments in single quotes for the shell:
  'table:lakehouse/sales."2026.01"'    the table "2026.01" in sales

Privileges: use < select < modify < manage; create includes use, manage includes create. A privilege is valid for everything
below the object. administer-storage is the custody of storage: keys, endpoints, locations, vending and client properties of
warehouses. It includes use. manage on the server includes it; manage on other objects, and ownership, do not.
modify does not include create, which CREATE TABLE needs, so grant both. Bundles: reader (select), writer (modify and
create), owner (manage).`
