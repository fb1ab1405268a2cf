using System.Reflection.PortableExecutable;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Docs;

/// <summary>Tests properties of the built programs.</summary>
public sealed class BuildTests
{
    [Theory]
    [InlineData("Sweep.Client", "sweep")]
    [InlineData("Sweep.Client", "Spectre.Console")]
    [InlineData("Sweep.Silo", "Sweep.Silo")]
    [InlineData("Sweep.Silo", "Orleans.Runtime")]
    [InlineData("Sweep.Silo", "Npgsql")]
    [InlineData("Sweep.Trainer", "Sweep.Trainer")]
    [InlineData("Sweep.Trainer", "TorchSharp")]
    public void Programs_and_the_libraries_that_they_load_are_compiled_ahead_of_time(string program, string file)
    {
        Assert.SkipUnless(AppContext.BaseDirectory.Contains("/release/", StringComparison.Ordinal), "a Debug build compiles nothing ahead");
        using var image = new PEReader(File.OpenRead(RepositoryFolder.Join($"artifacts/bin/{program}/release/{file}.dll")));

        // Only an image that was compiled ahead has native code.
        Assert.True(
            image.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size > 0, $"{file} of {program} holds intermediate language alone");
    }
}
