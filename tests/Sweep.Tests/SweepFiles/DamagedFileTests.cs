using Sweep.Client.SweepFiles;

namespace Sweep.Tests.SweepFiles;

/// <summary>A file that was cut off loads or is refused in one line; nothing else comes out. What random damage does is tried by the fuzz targets.</summary>
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

    [Fact]
    public async Task Every_beginning_of_a_valid_file_loads_or_is_refused_in_one_line()
    {
        using var folder = new SweepFileFolder();
        var loaded = 0;
        for (var length = 0; length < Valid.Length; length++)
        {
            folder.Write("x.yaml", Valid[..length]);
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
                Assert.Fail($"The first {length} characters threw {error}");
            }
        }

        Assert.InRange(loaded, 1, Valid.Length - 1);
    }
}
