import { indexContract } from './contract.ts'
import { madeFolder, openIn } from './sqlite/folders.ts'

indexContract('embedded index', (lines) => openIn(madeFolder(), lines))
