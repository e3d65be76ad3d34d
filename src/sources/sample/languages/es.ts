// Owns what the generator knows of Spanish.
import { place, words, type Language } from '../language.ts'

export const spanish: Language = {
  code: 'es',
  share: 0.08,
  peak: 21,
  particles: words(`
    de la que el y en no a los se me un lo por es con una las del para mi te al como más si ya su pero todo le esta muy
    hay cuando hoy bien ser está eso nada yo porque tengo son solo día hace vida así fue gracias siempre quiero mejor
    también`),
  topics: words(`
    casa gente tiempo mundo noche mañana trabajo música libro película café playa lluvia ciudad calle escuela familia
    amigos comida pan fútbol partido historia lengua ciencia montaña bosque río mar gato perro pájaro jardín viaje tren
    bicicleta ventana cocina mercado museo teatro fotografía noticia invierno verano corazón sueño luz palabra poema
    fiesta domingo puente isla ordenador planeta energía clima pintura biblioteca cuento receta`),
  syllables: words('ción ra do ca ri mo ta lla ña bel san per tu go ve zo qui for mar dad tro pa lo gi nes sa cor tan'),
  space: ' ',
  comma: ',',
  stops: ['.', '.', '!', '?', '…'],
  isCased: true,
  given: words('Alba Bruno Carmen Diego Elena Félix Inés Javier Lucía Marcos Nuria Óscar Paula Raúl'),
  family: words('García López Martín Sánchez Romero Torres Ruiz Navarro Molina Vega'),
  isFamilyFirst: false,
  places: [
    place('Madrid', 'Spain', 'ES', -3.7038, 40.4168), place('Ciudad de México', 'Mexico', 'MX', -99.1332, 19.4326),
    place('Buenos Aires', 'Argentina', 'AR', -58.3816, -34.6037), place('Bogotá', 'Colombia', 'CO', -74.0721, 4.711),
  ],
}
