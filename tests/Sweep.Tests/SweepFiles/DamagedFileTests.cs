using System.Text;
using Sweep.Client.SweepFiles;
using Sweep.Domain.Search;

namespace Sweep.Tests.SweepFiles;

/// <summary>Whatever the bytes are, a file loads or is refused in one line; nothing else comes out.</summary>
public sealed class DamagedFileTests
{
    private const string Valid = """
        name: full
        dataset: { path: text.txt, split: tail, validation: 0.25 }
        objective: { metric: val_accuracy, goal: maximize }
        method: grid
        parameters:
          cell: { values: [rnn, "lstm"] }
          layers: { min: 1, max: 3, count: 3 }
          dropout: { values: [0, 0.5], when: { layers: [2, 3], cell: lstm } }
          learning_rate: { min: 1e-4, max: 1e-1, scale: log, count: 2 }
          fully_connected: { values: [[], [64, 32]] }
          batch_size: full
          hidden_size: { min: 16, max: 64, step: 16 }
        resources: { slots: 2, max_concurrent: 8, priority: -3 }
        checkpoint: { every: 2m, keep: 4 }
        retries: 0
        seed: 42
        """;

    private static readonly string[] Scraps =
        ["{", "}", "[", "]", ":", ": ", "\n", "\n  ", "- ", "#", "\"", "'", "|", ">", "&a ", "*a", "!!x ", "? ", "---\n", "...\n", "%YAML 1.2\n", "\t", "0", "-", "1e9", "~", "null", "\0", "\u2028", "é", ",", "@", "`", "<<: "];

    [Fact]
    public async Task Random_bytes_load_or_are_refused_in_one_line() =>
        await EachAsync(500, (chance, _) => [.. Enumerable.Range(0, chance(80)).Select(_ => (byte)chance(256))]);

    [Fact]
    public async Task A_valid_file_with_random_damage_loads_or_is_refused_in_one_line() =>
        await EachAsync(1500, (chance, _) =>
        {
            var text = new StringBuilder(Valid);
            for (var damage = chance(4); damage >= 0; damage--)
            {
                var place = chance(text.Length);
                switch (chance(4))
                {
                    case 0: text.Remove(place, Math.Min(1 + chance(8), text.Length - place)); break;
                    case 1: text.Insert(place, Scraps[chance(Scraps.Length)]); break;
                    case 2: text[place] = (char)chance(0x250); break;
                    default: text.Insert(place, text.ToString(chance(text.Length / 2), chance(text.Length / 2))); break;
                }
            }

            return Encoding.UTF8.GetBytes(text.ToString());
        });

    [Fact]
    public async Task Every_beginning_of_a_valid_file_loads_or_is_refused_in_one_line() =>
        await EachAsync(Valid.Length, (_, index) => Encoding.UTF8.GetBytes(Valid[..index]));

    private static async Task EachAsync(int cases, Func<Func<int, int>, int, byte[]> make)
    {
        using var folder = new SweepFileFolder();
        var loaded = 0;
        for (var index = 0; index < cases; index++)
        {
            var draws = 0;
            var bytes = make(below => (int)(SplitMix64.Uniform(7, index, draws++) * below), index);
            folder.Write("x.yaml", bytes);
            try
            {
                await folder.LoadFileAsync("x.yaml");
                loaded++;
            }
            catch (SweepFileException error)
            {
                Assert.False(error.Message.Any(char.IsControl), error.Message);
                Assert.StartsWith($"{folder.Path}/x.yaml", error.Message, StringComparison.Ordinal);
            }
            catch (Exception error)
            {
                Assert.Fail($"Case {index} threw {error}\nfor:\n{Encoding.UTF8.GetString(bytes)}");
            }
        }

        Assert.InRange(loaded, 0, cases - 1);
    }
}
