// Owns what the generator knows of Portuguese.
import { place, words, type Language } from '../language.ts'

export const portuguese: Language = {
  code: 'pt',
  share: 0.12,
  peak: 23,
  particles: words(`
    de que o a e não eu do é um da com em pra me uma os no se na por mais mas como as dia você muito meu isso já para ele
    está ser vai só tem minha aqui tudo hoje foi bem quando gente nada agora essa ter fazer eles até ainda quero assim
    mesmo`),
  topics: words(`
    casa vida amor tempo mundo noite amanhã ontem trabalho música filme livro café praia chuva sol cidade rua escola
    família amigos comida pão feijão arroz futebol jogo time carnaval samba história língua ciência natureza floresta rio
    montanha gato cachorro pássaro jardim viagem trem ônibus bicicleta janela cozinha mercado museu teatro fotografia
    notícia inverno verão coração saudade sonho luz palavra poema festa domingo segunda feriado ilha ponte computador`),
  syllables: words('ção ra do ca ri mo ta lha nha bel san per tu go ve zi qui for mar dei tro pau lo gi ne sa cor tan'),
  space: ' ',
  comma: ',',
  stops: ['.', '.', '!', '?', '…', ' kkkk'],
  isCased: true,
  given: words('Ana Bruno Camila Diego Elisa Felipe Gabriela Hugo Inês João Larissa Mateus Rafaela Tiago'),
  family: words('Silva Souza Oliveira Pereira Lima Carvalho Almeida Ribeiro Rocha Barbosa'),
  isFamilyFirst: false,
  places: [
    place('São Paulo', 'Brazil', 'BR', -46.6333, -23.5505), place('Rio de Janeiro', 'Brazil', 'BR', -43.1729, -22.9068),
    place('Lisboa', 'Portugal', 'PT', -9.1393, 38.7223),
  ],
}
