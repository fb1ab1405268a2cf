namespace Sweep.SystemTests;

internal static class Violations
{
    /// <summary>Fails when there are violations, with all of them in the message and none of them cut.</summary>
    public static void None(IEnumerable<string> violations)
    {
        var all = violations.ToArray();
        Assert.True(all.Length == 0, $"{all.Length} violations:\n{string.Join('\n', all)}");
    }
}
