using System.Diagnostics;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Deploy;

/// <summary>Runs a program of Debian that checks what is deployed, in the repository's folder.</summary>
internal static class DeployProgram
{
    /// <param name="Output">The program's standard output.</param>
    /// <param name="Error">The program's standard error.</param>
    public sealed record Answer(int Code, string Output, string Error);

    /// <summary>Runs the program without variables of Sweep and of docker-compose. Skips the test where the program is missing.</summary>
    public static async Task<Answer> RunAsync(
        string program, string package, IReadOnlyList<string> arguments, params (string Name, string Value)[] environment)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        Assert.SkipUnless(
            folders.Any(folder => File.Exists(Path.Combine(folder, program))), $"{program} is not installed: apt-get install {package}");
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = RepositoryFolder.Join(),
        };
        foreach (var name in start.Environment.Keys
            .Where(name => name.StartsWith("SWEEP_", StringComparison.Ordinal) || name.StartsWith("COMPOSE_", StringComparison.Ordinal))
            .ToArray())
            start.Environment.Remove(name);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new(process.ExitCode, await output, await error);
    }
}
