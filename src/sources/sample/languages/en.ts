// Owns what the generator knows of English.
import { place, words, type Language } from '../language.ts'

export const english: Language = {
  code: 'en',
  share: 0.36,
  peak: 20,
  particles: words(`
    the to a and of in I is it you for that on my this with was so be are have just but not at me like as we all your they
    what one about from out up people if do can or how when no time good day more who new get an he she some love will now
    think really know today going still see back would never make because there their right work year got them then even
    need over first life great way world something been our please after always`),
  topics: words(`
    morning night week game music book coffee city rain garden train photo news school science winter
    summer river ocean mountain street kitchen bread market library story painting weather birds forest cat dog friends
    family dinner weekend history language planet energy climate football cinema theatre museum festival bicycle computer
    software camera letter poem recipe holiday island bridge harbour lamp`),
  syllables: words('ing ter ma con ly per son ber ton ley wood ham ford ster win gra hol der mer ran dal ket lo ri san ven tor ble ness ish out ward'),
  space: ' ',
  comma: ',',
  stops: ['.', '.', '.', '!', '?', '…'],
  isCased: true,
  given: words('Alice Ben Clara Daniel Emma Frank Grace Henry Iris Jack Kate Liam Maya Noah Olive Peter'),
  family: words('Archer Baker Carter Dawson Ellis Fisher Gardener Hill Ivory Jordan King Lake Miller North'),
  isFamilyFirst: false,
  places: [
    place('London', 'United Kingdom', 'GB', -0.1276, 51.5072), place('New York', 'United States', 'US', -74.006, 40.7128),
    place('Toronto', 'Canada', 'CA', -79.3832, 43.6532), place('Sydney', 'Australia', 'AU', 151.2093, -33.8688),
    place('Nairobi', 'Kenya', 'KE', 36.8219, -1.2921), place('Chicago', 'United States', 'US', -87.6298, 41.8781),
  ],
}
