using Sweep.Client.Files;

namespace Sweep.Client.SweepFiles;

/// <summary>
/// A path that a sweep file or an override names. What it leads to is stored in the database, where others can read it, so a sweep file
/// that came from another person must not choose any file of the user's.
/// </summary>
internal static class NamedPath
{
    /// <summary>
    /// The absolute path. One in the file is relative to the file's folder, which it must not leave; one on the command line is relative
    /// to the current folder.
    /// </summary>
    /// <param name="folder">The folder of the sweep file.</param>
    /// <param name="place">The value in the file.</param>
    /// <param name="what">What the path leads to: a text.</param>
    /// <exception cref="SweepFileException">A path of the file leads out of its folder.</exception>
    public static string Of(string folder, YamlNode place, string written, string what)
    {
        if (place.Origin.Line is null)
            return Path.Combine(Environment.CurrentDirectory, written);
        var whole = Path.Combine(folder, written);
        try
        {
            var path = RealPath.Of(whole);
            return RealPath.IsWithin(path, RealPath.Of(folder))
                ? path
                : throw place.Wrong(
                    $"{place.Shown}, which is outside the folder of the sweep file",
                    $"expected {what} in that folder; to use this one, name it yourself: --set {place.Path}={Path.GetFullPath(whole)}");
        }
        catch (Exception error) when (error is IOException or ArgumentException)
        {
            throw place.Wrong($"{place.Shown}, which is no path ({error.Message.TrimEnd('.')})", "expected the path of a file");
        }
    }
}
