using Sweep.Client.SweepFiles;
using Sweep.Fuzzing;

namespace Sweep.Tests.SweepFiles;

/// <summary>
/// Checks that a file that was cut off either loads or is refused in one line. Random damage is tested by the fuzz targets.
/// </summary>
public sealed class DamagedFileTests
{
    [Fact]
    public async Task Every_beginning_of_a_valid_file_loads_or_is_refused_in_one_line()
    {
        using var folder = new SweepFileFolder();
        var loaded = 0;
        for (var length = 0; length < SweepFileTarget.Whole.Length; length++)
        {
            folder.Write("x.yaml", SweepFileTarget.Whole[..length]);
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

        Assert.InRange(loaded, 1, SweepFileTarget.Whole.Length - 1);
    }
}
