using Sweep.Tests.Cluster;

namespace Sweep.Tests.Programs;

/// <summary>Processes <c>sleep N</c> of this machine, whose numbers tell the tests apart.</summary>
internal static class Sleepers
{
    public static int Count(params string[] seconds) => Directory.EnumerateDirectories("/proc").Count(path =>
    {
        try
        {
            var command = File.ReadAllText(Path.Combine(path, "cmdline"));
            return seconds.Any(number => command == $"sleep\0{number}\0");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It has ended in the meantime.
            return false;
        }
    });

    public static Task AwaitAsync(int count, params string[] seconds) => Poll.UntilAsync(
        () => Task.FromResult(Count(seconds) == count), $"{count} sleeping processes", () => Count(seconds));
}
